using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows;

/// <summary>Everything that enters a journal: inputs, results, events and statuses of all flows and activities.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Nothing))]
[JsonSerializable(typeof(HotBackupInput))]
[JsonSerializable(typeof(HotBackupResult))]
[JsonSerializable(typeof(BackupStatus))]
[JsonSerializable(typeof(RunRef))]
[JsonSerializable(typeof(OpenRunInput))]
[JsonSerializable(typeof(OpenedRun))]
[JsonSerializable(typeof(SourceCheck))]
[JsonSerializable(typeof(ObserveIndexInput))]
[JsonSerializable(typeof(IndexLook))]
[JsonSerializable(typeof(CaptureIndexInput))]
[JsonSerializable(typeof(IndexCapture))]
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
[JsonSerializable(typeof(MergedIndex))]
[JsonSerializable(typeof(SealSetInput))]
[JsonSerializable(typeof(CloseRunInput))]
[JsonSerializable(typeof(System.Collections.Immutable.ImmutableArray<NamedFile>))]
public sealed partial class FlowJson : JsonSerializerContext;
