using System.Text;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// The runs of imports that this machine began: a file for each, so that the next import ends in the repository what a
/// kill left open, and gives its storage back. One import at a time; holds that lock.
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

    /// <summary>Ends what earlier imports into this repository left open.</summary>
    public async Task EndOldAsync(BackupRepository repository, CancellationToken cancellationToken)
    {
        List<RunId> old = [];
        _tree.TryVisit(
            string.Empty,
            (name, type) =>
            {
                if (type == EntryType.File && RunId.TryParse(Encoding.UTF8.GetString(name), out RunId run))
                {
                    old.Add(run);
                }
            }
        );
        foreach (RunId run in old)
        {
            byte[]? of = _tree.TryReadAll(run.ToString(), MaxBytes);
            if (of is not null && Encoding.ASCII.GetString(of) == repository.Id)
            {
                await EndAsync(repository, run, "its import was killed", cancellationToken);
            }
        }
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

    public void Dispose() => _lock.Dispose();
}
