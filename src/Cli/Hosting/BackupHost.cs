using System.Collections.Immutable;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Progress;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// Runs backups of one installation in this process: finds the unfinished run, or starts a new one, and drives it to its end. Holds the
/// journal's lock while it lives.
/// </summary>
internal sealed class BackupHost : IAsyncDisposable
{
    /// <summary>Dead runs whose lease a new run may take over; older ones have none any more.</summary>
    private const int MaxSuperseded = 8;

    /// <summary>How long the journal keeps runs that have ended, for 'abf status' and for people.</summary>
    private static readonly TimeSpan KeepsRuns = TimeSpan.FromDays(30);

    private readonly CommandContext _context;
    private readonly HostEnvironment _host;
    private readonly FlowCatalog _catalog;
    private readonly EmbeddedEngine _engine;
    private readonly RunCounts _counts;

    private BackupHost(CommandContext context, HostEnvironment host)
    {
        _context = context;
        _host = host;
        _counts = new RunCounts(context.Messages.Warn);
        _catalog = BackupFlows.CreateCatalog(host.Flows);
        _engine = EmbeddedEngine.Open(RunDirectory.Of(host.Options), _catalog, new EngineOptions
        {
            // One more than the ranges at work: a cancel or a failure closes the run without waiting for them.
            MaxParallelActivities = host.Options.Backup.Parallelism + 1,
            TimeProvider = context.Time,
            LoggerFactory = host.Loggers,
            Progress = _counts,
        });
        _engine.Client.Purge(context.Time.GetUtcNow() - KeepsRuns);
    }

    /// <exception cref="PermanentException">Busy: another process runs a backup of this installation.</exception>
    public static async Task<BackupHost> OpenAsync(CommandContext context)
    {
        HostEnvironment host = await HostEnvironment.OpenAsync(context);
        try
        {
            return new BackupHost(context, host);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>The unfinished run, or null. One that is too old to go on is abandoned here, in so many words.</summary>
    public string? FindUnfinished()
    {
        FlowInstance? unfinished = _engine.Client.List().FirstOrDefault(i => i.Status is RuntimeStatus.Running);
        if (unfinished is null)
        {
            return null;
        }

        TimeSpan age = _context.Time.GetUtcNow() - unfinished.Created;
        TimeSpan limit = _host.Options.Backup.ResumeWithin;
        if (age <= limit)
        {
            return unfinished.Id;
        }

        Abandon(unfinished.Id, $"it is {Units.Duration(age)} old, more than backup.resumeWithin ({Units.Duration(limit)})");
        return null;
    }

    /// <summary>Puts a new run into the journal.</summary>
    /// <returns>Its id.</returns>
    public string StartNew(bool acceptContentLoss)
    {
        string run = RunId.Create(_context.Time.GetUtcNow(), Guid.NewGuid()).ToString();
        ImmutableArray<string> dead = [.. _engine.Client.List().Where(i => i.Status is not RuntimeStatus.Completed).Select(i => i.Id).Take(MaxSuperseded)];
        _engine.Start(FlowNames.HotBackup, new HotBackupInput(run, acceptContentLoss, dead), run);
        return run;
    }

    /// <summary>Drives a run to its end.</summary>
    /// <returns>Null where this version cannot go on with the run, which is then abandoned.</returns>
    /// <exception cref="FlowActivityException">The run failed.</exception>
    /// <exception cref="OperationCanceledException">The process was asked to stop; the run can be resumed.</exception>
    public async Task<HotBackupResult?> DriveAsync(string run)
    {
        _context.HowToGoOn = $"'{_context.CommandLine("resume")}' goes on where run {run} stopped";
        try
        {
            Task<FlowInstance> work = _engine.RunToEndAsync(run, _context.Stop);
            var meter = new RunMeter(_counts, _context.Time);
            FlowInstance ended = await ProgressDisplays.Choose(_context).ShowAsync(work, () => meter.Read(StatusOf(run)));
            return ended.Status is RuntimeStatus.Completed
                ? _catalog.Read<HotBackupResult>(ended.Result!)
                : throw new FlowActivityException(ended.FlowName, ended.Failure ?? new FlowFailure(ErrorKind.Cancelled, $"run {run} was given up", IsRetryable: false));
        }
        catch (NonDeterministicFlowException e)
        {
            Abandon(run, $"another version of abf began it and this one cannot go on ({e.Message})");
            return null;
        }
    }

    /// <summary>Gives an unfinished run up: its flow ends it in the repository, and where that cannot be, the journal alone forgets it.</summary>
    /// <returns>False where it was too late: the run had come to its seal.</returns>
    public async Task<bool> CancelAsync(string run)
    {
        _engine.Client.TryRaiseEvent(run, FlowEvents.Cancel, _catalog.Write(Nothing.Value));
        try
        {
            return (await _engine.RunToEndAsync(run, _context.Stop)).Status is not RuntimeStatus.Completed;
        }
        catch (NonDeterministicFlowException)
        {
            return _engine.Client.TryTerminate(run, "cancelled");
        }
    }

    public StorageDocument Traffic() => _host.Traffic();

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _host.DisposeAsync();
    }

    private void Abandon(string run, string why)
    {
        _engine.Client.TryTerminate(run, why);
        _context.Messages.Warn($"the unfinished run {run} is abandoned: {why}; a new run starts from the last set");
    }

    private FlowStatus? StatusOf(string run) =>
        _engine.Client.TryGet(run)?.CustomStatus is { } status ? _catalog.Read<FlowStatus>(status) : null;
}
