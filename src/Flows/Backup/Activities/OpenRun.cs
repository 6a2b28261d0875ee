using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Takes the installation's lease and opens the run in the log. Older open runs of the installation can never commit from
/// here on: whoever worked for them does not hold the lease. Idempotent by the log.
/// </summary>
internal sealed class OpenRun(FlowEnvironment environment) : FlowActivity<OpenRunInput, OpenedRun>, IPhasedActivity
{
    public static string Phase => Phases.Open;

    private readonly ILogger _logger = environment.Loggers.CreateLogger(nameof(OpenRun));

    public override async Task<OpenedRun> RunAsync(
        OpenRunInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        LeaseKeeper leases = environment.Runs.Leases;
        await environment.Repository.ReadLogForRunAsync(cancellationToken);
        foreach (RunId dead in input.Supersedes)
        {
            await leases.ReleaseAsync(dead, cancellationToken);
        }

        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        await using HeldLease lease = await leases.HoldAsync(input.Run, cancellationToken);
        RunOpened opened = await repository.Log.OpenRunAsync(
            input.Run,
            environment.InstallationName,
            input.LogSeen ?? 0,
            cancellationToken
        );
        LogHead head = await repository.Log.ReadRecentAsync(LeaseKeeper.RenewEvery, cancellationToken);
        if (!repository.Keys.AreOf(head))
        {
            // The keys were changed between the look at them and the entry.
            await environment.Repository.RereadLogAsync(cancellationToken);
        }

        ImmutableArray<RunId> evicted = await EvictOthersAsync(repository, opened, head, cancellationToken);

        // As of the run's base, so that a repeated call returns the same.
        SetSummary? parent = await FindParentAsync(repository, head.State, opened, cancellationToken);
        return new OpenedRun(opened.Base, parent?.Id, evicted);
    }

    /// <summary>
    /// An older program that adds to the log drops from its state that a set was imported; the set's manifest still says
    /// so. It is read once, since the run reads that of its parent anyway.
    /// </summary>
    private static async Task<SetSummary?> FindParentAsync(
        BackupRepository repository,
        LogState state,
        RunOpened opened,
        CancellationToken cancellationToken
    )
    {
        foreach (SetSummary set in state.ParentsOf(opened))
        {
            SetManifest manifest = await repository.Log.ReadManifestAsync(set, cancellationToken);
            if (manifest.Origin is null)
            {
                return set;
            }
        }

        return null;
    }

    private async Task<ImmutableArray<RunId>> EvictOthersAsync(
        BackupRepository repository,
        RunOpened own,
        LogHead head,
        CancellationToken cancellationToken
    )
    {
        var evicted = ImmutableArray.CreateBuilder<RunId>();
        foreach (
            RunOpened other in head.State.OpenRuns.Where(open =>
                open.Installation == own.Installation && open.Run != own.Run
            )
        )
        {
            await repository.Log.EvictAsync(other.Run, $"run {own.Run} took its place", cancellationToken);
            Logs.RunEvicted(_logger, own.Run.ToString(), other.Run.ToString());
            evicted.Add(other.Run);
        }

        return evicted.ToImmutable();
    }
}
