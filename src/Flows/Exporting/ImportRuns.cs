using System.Text;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// The runs of imports that this machine began: a file for each, so that the next import goes on with the one that was
/// interrupted, and ends the others. One import at a time; holds that lock.
/// </summary>
internal sealed class ImportRuns : IDisposable
{
    private const string LockName = "import.lock";
    private const int MaxBytes = 256;

    private readonly FlowEnvironment _environment;
    private readonly ILogger _logger;
    private readonly OwnTree _tree;
    private readonly ProcessLock _lock;

    private ImportRuns(FlowEnvironment environment, OwnTree tree, ProcessLock alone)
    {
        (_environment, _tree, _lock) = (environment, tree, alone);
        _logger = environment.Loggers.CreateLogger(nameof(ImportRuns));
    }

    /// <exception cref="PermanentException">Busy: another import is running.</exception>
    public static ImportRuns Open(FlowEnvironment environment)
    {
        string place = StateDirectory.MakeBeneath(environment.Options.State!, "imports");
        return new ImportRuns(
            environment,
            OwnTree.OpenPrivate(place),
            ProcessLock.Acquire(Path.Combine(place, LockName))
        );
    }

    /// <summary>
    /// The run that an interrupted import into this repository left open, which goes on: what it stored is found by its
    /// chunks, and not stored again. What else earlier imports left is ended.
    /// </summary>
    /// <returns>Null where there is none that could go on.</returns>
    public async Task<RunId?> TakeUpAsync(
        BackupRepository repository,
        string installation,
        CancellationToken cancellationToken
    )
    {
        LogState state = (await repository.Log.ReadAsync(cancellationToken)).State;
        RunId? taken = null;
        foreach (RunId run in Left(repository).OrderByDescending(static run => run.ToString(), StringComparer.Ordinal))
        {
            if (taken is null && state.FindOpenRun(run)?.Installation == installation)
            {
                taken = run;
            }
            else
            {
                await EndAsync(repository, run, "its import was interrupted", cancellationToken);
            }
        }

        return taken;
    }

    /// <summary>Remembers a run before it is opened.</summary>
    public void Begin(BackupRepository repository, RunId run) =>
        _tree.Replace(run.ToString(), $"{run}.new", Encoding.ASCII.GetBytes(repository.Id));

    public void Forget(RunId run) => _tree.Delete(run.ToString());

    /// <summary>
    /// Ends a run without a set, and gives its storage back. Where that fails, it is in the log, and the next import
    /// tries again. A run that has its set stays as it is.
    /// </summary>
    public async Task EndAsync(
        BackupRepository repository,
        RunId run,
        string reason,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await repository.Log.AbortAsync(run, reason, cancellationToken);
            await repository.DeleteLeftoversAsync(run, cancellationToken);
            Forget(run);
        }
        catch (AbfException e)
        {
            Logs.CloseFailed(_logger, run.ToString(), e.Message);
        }
    }

    /// <summary>Runs that imports into this repository began and did not end.</summary>
    private List<RunId> Left(BackupRepository repository)
    {
        List<RunId> left = [];
        _tree.TryVisit(
            string.Empty,
            (name, type) =>
            {
                if (type == EntryType.File && RunId.TryParse(Encoding.UTF8.GetString(name), out RunId run))
                {
                    left.Add(run);
                }
            }
        );
        return left.FindAll(run =>
            _tree.TryReadAll(run.ToString(), MaxBytes) is { } of && Encoding.ASCII.GetString(of) == repository.Id
        );
    }

    public void Dispose() => _lock.Dispose();
}
