using AlfrescoBackupFlows.Cli.Progress;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// Runs backups of one installation in this process: finds the unfinished run, or starts a new one, and drives it to
/// its end.
/// </summary>
internal sealed class BackupHost : IAsyncDisposable
{
    private readonly CommandContext _context;
    private readonly FlowHost _host;

    private BackupHost(CommandContext context, FlowHost host) => (_context, _host) = (context, host);

    /// <exception cref="PermanentException">Busy: another process runs a backup of this installation.</exception>
    public static async Task<BackupHost> OpenAsync(CommandContext context)
    {
        string journal = new Journals(context.Options).Backups;
        return new BackupHost(context, await FlowHost.OpenAsync(context, journal, takesLeases: true, opensAhead: true));
    }

    /// <summary>The unfinished run was too old, or of another version, and is abandoned.</summary>
    public bool HasAbandoned { get; private set; }

    /// <summary>
    /// The unfinished run, or null. One that is too old to go on is abandoned here, with a warning.
    /// </summary>
    public HotBackupInput? FindUnfinished()
    {
        bool any = _host.Client.List().Any(i => i.Status is RuntimeStatus.Running);
        FlowInstance? unfinished = _host.FindUnfinished();
        HasAbandoned = any && unfinished is null;
        return unfinished is null ? null : FlowHost.Read<HotBackupInput>(unfinished.Input);
    }

    /// <summary>Puts a new run into the journal.</summary>
    /// <returns>Its id.</returns>
    public RunId StartNew(bool acceptContentLoss)
    {
        IEnumerable<string> dead = _host
            .Client.List()
            .Where(i => i.Status is not RuntimeStatus.Completed)
            .Select(i => i.Id);
        HotBackupInput input = HotBackupInput.Create(
            _context.Time.GetUtcNow(),
            Guid.NewGuid(),
            acceptContentLoss,
            dead,
            logSeen: _host.FindLogSeen()
        );
        _host.Client.Start(nameof(HotBackupFlow), FlowHost.Write(input), input.Run.ToString());
        return input.Run;
    }

    /// <summary>Drives a run to its end.</summary>
    /// <returns>Null where this version cannot continue the run, which is then abandoned.</returns>
    /// <exception cref="FlowException">The run failed.</exception>
    /// <exception cref="OperationCanceledException">The process was asked to stop; the run can be resumed.</exception>
    public async Task<HotBackupResult?> TryFinishAsync(RunId run)
    {
        _context.HowToGoOn = $"'{_context.CommandLine("resume")}' goes on where run {run} stopped";
        HotBackupResult? result = await _host.TryFinishAsync<HotBackupResult>(run.ToString());
        if (result is null)
        {
            HasAbandoned = true;
            _context.Messages.Warn(
                $"the unfinished run {run} is abandoned: another version of abf began it and this one cannot go on"
            );
        }

        return result;
    }

    /// <summary>
    /// Gives an unfinished run up: its flow ends it in the repository, and where that is not possible, the journal alone
    /// forgets it.
    /// </summary>
    /// <returns>False where it was too late: the run had come to its commit.</returns>
    public async Task<bool> CancelAsync(string run)
    {
        _host.Client.TryRaiseEvent(run, FlowEvents.Cancel, FlowHost.Write(Nothing.Value));
        return await _host.TryDriveAsync(run, new NoProgress()) is not { Status: RuntimeStatus.Completed };
    }

    /// <summary>Deletes what the journal's runs have stored that ended without a set.</summary>
    public async Task<FreedStorage> FreeDeadAsync()
    {
        FreedStorage freed = FreedStorage.None;
        foreach (FlowInstance dead in _host.Client.List().Where(IsDead))
        {
            bool mayHaveSealed = _host
                .Client.CountActivities(dead.Id)
                .Any(activity => activity.Activity == DeadRuns.LastStep);
            freed += await _host.Dead.FreeAsync(RunId.Parse(dead.Id), mayHaveSealed, _context.Stop);
        }

        return freed;
    }

    /// <summary>It ended, and not with a set.</summary>
    public static bool IsDead(FlowInstance run) => run.Status is RuntimeStatus.Failed or RuntimeStatus.Terminated;

    public StorageDocument Traffic() => _host.Traffic();

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
