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
        .AddActivity<OpenRun>()
        .AddActivity<CheckSources>()
        .AddActivity<ObserveSearchIndex>()
        .AddActivity<RefreshSearchIndex>()
        .AddActivity<CaptureSearchIndex>()
        .AddActivity<PrepareSolr>()
        .AddActivity<StartSolr>()
        .AddActivity<ObserveSolr>()
        .AddActivity<CaptureSolr>()
        .AddActivity<PruneSolr>()
        .AddActivity<DumpDatabase>()
        .AddActivity<PlanFiles>()
        .AddActivity<CaptureRange>()
        .AddActivity<MergeListing>()
        .AddActivity<CheckConsistency>()
        .AddActivity<MergeChunkIndex>()
        .AddActivity<CommitSet>()
        .AddActivity<CloseRun>()
        .AddFlow<RestoreFlow>()
        .AddFlow<RestoreRangeFlow>()
        .AddActivity<PrepareRestore>()
        .AddActivity<PlanRestoreRoot>()
        .AddActivity<RestoreRange>()
        .AddActivity<RestoreDirectories>()
        .AddActivity<RestoreDatabase>()
        .AddActivity<CheckRestored>()
        .AddActivity<FinishRestore>()
        .AddFlow<VerifyFlow>()
        .AddFlow<VerifyPartFlow>()
        .AddActivity<PlanVerify>()
        .AddActivity<VerifyStep>()
        .AddFlow<RetentionFlow>()
        .AddActivity<ForgetSets>()
        .AddActivity<PruneRepository>()
        .AddFlow<PruneFlow>()
        .AddActivity<PrunePart>()
        .AddFlow<MirrorFlow>()
        .AddActivity<ListDueMirrors>()
        .AddActivity<MirrorBlobs>()
        .AddFlow<MirrorTargetFlow>()
        .AddFlow<DrillFlow>()
        .AddActivity<PrepareDrill>()
        .AddActivity<LookAtDrill>()
        .AddActivity<CheckDrilled>()
        .AddActivity<CleanUpDrill>()
        .AddActivity<RecordDrill>()
        .AddActivity<RecordVerification>();

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
