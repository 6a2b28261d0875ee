using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Drill.Activities;
using AlfrescoBackupFlows.Flows.Mirroring.Activities;
using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Verify.Activities;

namespace AlfrescoBackupFlows.Flows;

/// <summary>
/// The phase that an activity works in, for the lines that it logs: a host that runs activities apart from their flows knows
/// nothing else of it. One that works in several tells the others by its progress.
/// </summary>
public static class ActivityPhases
{
    /// <param name="activity">Its name.</param>
    /// <returns>One of <see cref="Phases"/>; null for an activity that is not ours.</returns>
    public static string? Of(string activity) =>
        activity switch
        {
            nameof(OpenRun) => Phases.Open,
            nameof(CheckSources) => Phases.Check,
            nameof(ObserveSearchIndex) => Phases.IndexWindow,
            nameof(RefreshSearchIndex)
            or nameof(CaptureSearchIndex)
            or nameof(PrepareSolr)
            or nameof(StartSolr)
            or nameof(ObserveSolr)
            or nameof(CaptureSolr)
            or nameof(PruneSolr) => Phases.Index,
            nameof(DumpDatabase) or nameof(RestoreDatabase) => Phases.Database,
            nameof(PlanFiles)
            or nameof(CaptureRange)
            or nameof(MergeListing)
            or nameof(PlanRestoreRoot)
            or nameof(RestoreRange) => Phases.Files,
            nameof(CheckConsistency) => Phases.Consistency,
            nameof(MergeChunkIndex) or nameof(CommitSet) => Phases.Commit,
            nameof(CloseRun) => Phases.Close,
            nameof(PrepareRestore) or nameof(PrepareDrill) or nameof(LookAtDrill) => Phases.Prepare,
            nameof(RestoreDirectories) => Phases.Directories,
            nameof(CheckRestored) or nameof(CheckDrilled) => Phases.Check,
            nameof(FinishRestore) or nameof(CleanUpDrill) or nameof(RecordDrill) or nameof(RecordVerification) =>
                Phases.Finish,
            nameof(PlanVerify) or nameof(VerifyStep) => Phases.Structure,
            nameof(ForgetSets) or nameof(PruneRepository) or nameof(PrunePart) => Phases.Prune,
            nameof(ListDueMirrors) or nameof(MirrorBlobs) => Phases.Mirror,
            _ => null,
        };
}
