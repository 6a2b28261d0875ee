using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows;

/// <summary>The activities of the backup by name. Each is a class of the same name.</summary>
internal static class BackupNames
{
    public static readonly ActivityName<OpenRunInput, OpenedRun> OpenRun = new(nameof(OpenRun));
    public static readonly ActivityName<CheckSourcesInput, SourceCheck> CheckSources = new(nameof(CheckSources));
    public static readonly ActivityName<ObserveIndexInput, IndexLook> ObserveIndex = new(nameof(ObserveIndex));
    public static readonly ActivityName<RunRef, Nothing> RefreshIndex = new(nameof(RefreshIndex));
    public static readonly ActivityName<CaptureIndexInput, IndexCapture> CaptureIndex = new(nameof(CaptureIndex));
    public static readonly ActivityName<DumpDatabaseInput, DatabaseCapture> DumpDatabase = new(nameof(DumpDatabase));
    public static readonly ActivityName<PlanFilesInput, FilePlan> PlanFiles = new(nameof(PlanFiles));
    public static readonly ActivityName<CaptureRangeInput, CapturedStep> CaptureRange = new(nameof(CaptureRange));
    public static readonly ActivityName<MergeListingInput, RootListing> MergeListing = new(nameof(MergeListing));
    public static readonly ActivityName<CheckConsistencyInput, ConsistencyResult> CheckConsistency = new(nameof(CheckConsistency));
    public static readonly ActivityName<MergeIndexInput, MergedIndex> MergeIndex = new(nameof(MergeIndex));
    public static readonly ActivityName<SealSetInput, HotBackupResult> SealSet = new(nameof(SealSet));
    public static readonly ActivityName<CloseRunInput, Nothing> CloseRun = new(nameof(CloseRun));
}
