using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Activities;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Mirroring.Activities;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Activities;
using AlfrescoBackupFlows.Flows.Verify.Records;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows;

/// <summary>Every flow and activity of the product, for any host. Each is known by the name of its class.</summary>
public static class BackupTasks
{
    /// <summary>How all of them write their inputs and results.</summary>
    public static FlowConverter Converter { get; } =
        new(
            JsonTypeInfoResolver.Combine(
                TaskJson.Default,
                RuntimeJson.Default,
                BackupJson.Default,
                RestoreJson.Default,
                VerifyJson.Default,
                RetentionJson.Default,
                MirrorJson.Default,
                DrillJson.Default
            )
        );

    private static readonly TaskList All = new TaskList()
        .AddFlow<HotBackupFlow>()
        .AddFlow<CaptureRangeFlow>()
        .AddActivity(e => new OpenRun(e))
        .AddActivity(e => new CheckSources(e))
        .AddActivity(e => new ObserveSearchIndex(e))
        .AddActivity(e => new RefreshSearchIndex(e))
        .AddActivity(e => new CaptureSearchIndex(e))
        .AddActivity(e => new PrepareSolr(e))
        .AddActivity(e => new StartSolr(e))
        .AddActivity(e => new ObserveSolr(e))
        .AddActivity(e => new CaptureSolr(e))
        .AddActivity(e => new PruneSolr(e))
        .AddActivity(e => new DumpDatabase(e))
        .AddActivity(e => new PlanFiles(e))
        .AddActivity(e => new CaptureRange(e))
        .AddActivity(e => new MergeListing(e))
        .AddActivity(e => new CheckConsistency(e))
        .AddActivity(e => new MergeChunkIndex(e))
        .AddActivity(e => new CommitSet(e))
        .AddActivity(e => new CloseRun(e))
        .AddFlow<RestoreFlow>()
        .AddFlow<RestoreRangeFlow>()
        .AddActivity(e => new PrepareRestore(e))
        .AddActivity(e => new PlanRestoreRoot(e))
        .AddActivity(e => new RestoreRange(e))
        .AddActivity(e => new RestoreDirectories(e))
        .AddActivity(e => new RestoreDatabase(e))
        .AddActivity(e => new CheckRestored(e))
        .AddActivity(e => new FinishRestore(e))
        .AddFlow<VerifyFlow>()
        .AddFlow<VerifyPartFlow>()
        .AddActivity(e => new PlanVerify(e))
        .AddActivity(e => new VerifyStep(e))
        .AddFlow<RetentionFlow>()
        .AddActivity(e => new ForgetSets(e))
        .AddActivity(e => new PruneRepository(e))
        .AddFlow<PruneFlow>()
        .AddActivity(e => new PrunePart(e))
        .AddFlow<MirrorFlow>()
        .AddActivity(e => new ListDueMirrors(e))
        .AddActivity(e => new MirrorBlobs(e))
        .AddFlow<MirrorTargetFlow>()
        .AddFlow<DrillFlow>()
        .AddActivity(e => new PrepareDrill(e))
        .AddActivity(_ => new LookAtDrill())
        .AddActivity(e => new CheckDrilled(e))
        .AddActivity(e => new CleanUpDrill(e))
        .AddActivity(e => new RecordDrill(e))
        .AddActivity(e => new RecordVerification(e));

    /// <summary>
    /// Registers all of them. A host gives them a <see cref="FlowEnvironment"/> through its services.
    /// </summary>
    public static void Register(DurableTaskRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        All.Register(registry);
    }

    /// <param name="activity">Its name.</param>
    /// <returns>One of <see cref="Phases"/>; null for an activity that is not ours.</returns>
    public static string? PhaseOf(string activity) => All.PhaseOf(activity);

    /// <summary>Registers a flow by the name of its class; its failures cross every host.</summary>
    internal static DurableTaskRegistry AddFlow<TFlow>(this DurableTaskRegistry registry)
        where TFlow : class, ITaskOrchestrator, new() => registry.AddFlow(typeof(TFlow).Name, () => new TFlow());

    internal static DurableTaskRegistry AddFlow(
        this DurableTaskRegistry registry,
        string name,
        Func<ITaskOrchestrator> create
    ) => registry.AddOrchestrator(name, () => new WatchedFlow(new FailureCarrier(create())));
}
