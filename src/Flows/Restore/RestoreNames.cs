using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Flows.Restore.Activities;

namespace AlfrescoBackupFlows.Flows.Restore;

/// <summary>The activities of the restore by name. Each is a class of the same name.</summary>
internal static class RestoreNames
{
    public static readonly ActivityName<RestoreInput, RestorePlan> PrepareRestore = new(nameof(Activities.PrepareRestore));
    public static readonly ActivityName<PlanRestoreRootInput, RestoreRoot> PlanRestoreRoot = new(nameof(Activities.PlanRestoreRoot));
    public static readonly ActivityName<RestoreRangeInput, RestoredStep> RestoreRange = new(nameof(Activities.RestoreRange));
    public static readonly ActivityName<RestoreRangeInput, RestoredTotals> RestoreDirectories = new(nameof(Activities.RestoreDirectories));
    public static readonly ActivityName<RestoreInput, RestoredDatabase> RestoreDatabase = new(nameof(Activities.RestoreDatabase));
    public static readonly ActivityName<CheckRestoredInput, RestoreCheck> CheckRestored = new(nameof(Activities.CheckRestored));
    public static readonly ActivityName<RestoreInput, UnsetAttributes> FinishRestore = new(nameof(Activities.FinishRestore));

    public static readonly FlowName<RestoreRangeFlowInput, RestoredTotals> RestoreRangeFlow = new(nameof(Restore.RestoreRangeFlow));
}
