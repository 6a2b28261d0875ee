using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows;

/// <summary>Everything that enters a journal: inputs, results, events and statuses of all flows and activities.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Nothing))]
[JsonSerializable(typeof(FlowFailure))]
[JsonSerializable(typeof(HotBackupInput))]
[JsonSerializable(typeof(HotBackupResult))]
[JsonSerializable(typeof(FlowStatus))]
[JsonSerializable(typeof(RunRef))]
[JsonSerializable(typeof(CheckSourcesInput))]
[JsonSerializable(typeof(OpenRunInput))]
[JsonSerializable(typeof(OpenedRun))]
[JsonSerializable(typeof(SourceCheck))]
[JsonSerializable(typeof(LostPackList))]
[JsonSerializable(typeof(ObserveSearchIndexInput))]
[JsonSerializable(typeof(SearchIndexLook))]
[JsonSerializable(typeof(CaptureSearchIndexInput))]
[JsonSerializable(typeof(SearchIndexCapture))]
[JsonSerializable(typeof(DumpDatabaseInput))]
[JsonSerializable(typeof(DatabaseCapture))]
[JsonSerializable(typeof(PlanFilesInput))]
[JsonSerializable(typeof(FilePlan))]
[JsonSerializable(typeof(CaptureRangeFlowInput))]
[JsonSerializable(typeof(CapturedRange))]
[JsonSerializable(typeof(CaptureRangeInput))]
[JsonSerializable(typeof(CapturedStep))]
[JsonSerializable(typeof(MergeListingInput))]
[JsonSerializable(typeof(RootListing))]
[JsonSerializable(typeof(CheckConsistencyInput))]
[JsonSerializable(typeof(ConsistencyResult))]
[JsonSerializable(typeof(MergeChunkIndexInput))]
[JsonSerializable(typeof(MergedChunkIndex))]
[JsonSerializable(typeof(SealSetInput))]
[JsonSerializable(typeof(CloseRunInput))]
[JsonSerializable(typeof(System.Collections.Immutable.ImmutableArray<NamedFile>))]
[JsonSerializable(typeof(RestoreInput))]
[JsonSerializable(typeof(RestoreResult))]
[JsonSerializable(typeof(RestorePlan))]
[JsonSerializable(typeof(PlanRestoreRootInput))]
[JsonSerializable(typeof(RestoreRoot))]
[JsonSerializable(typeof(RestoreRangeInput))]
[JsonSerializable(typeof(RestoredStep))]
[JsonSerializable(typeof(RestoreRangeFlowInput))]
[JsonSerializable(typeof(RestoredTotals))]
[JsonSerializable(typeof(RestoredDatabase))]
[JsonSerializable(typeof(CheckRestoredInput))]
[JsonSerializable(typeof(RestoreCheck))]
[JsonSerializable(typeof(UnsetAttributes))]
[JsonSerializable(typeof(VerifyInput))]
[JsonSerializable(typeof(VerifyResult))]
[JsonSerializable(typeof(VerifyPlan))]
[JsonSerializable(typeof(VerifyStepInput))]
[JsonSerializable(typeof(VerifiedStep))]
[JsonSerializable(typeof(VerifyPartInput))]
[JsonSerializable(typeof(VerifiedPart))]
public sealed partial class FlowJson : JsonSerializerContext;
