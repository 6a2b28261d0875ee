using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <summary>What a backup and its activities write into a journal or a result page: a line for each record.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HotBackupInput))]
[JsonSerializable(typeof(HotBackupResult))]
[JsonSerializable(typeof(RunRef))]
[JsonSerializable(typeof(CheckSourcesInput))]
[JsonSerializable(typeof(OpenRunInput))]
[JsonSerializable(typeof(OpenedRun))]
[JsonSerializable(typeof(SourceCheck))]
[JsonSerializable(typeof(ObserveSearchIndexInput))]
[JsonSerializable(typeof(SearchIndexLook))]
[JsonSerializable(typeof(CaptureSearchIndexInput))]
[JsonSerializable(typeof(SearchIndexCapture))]
[JsonSerializable(typeof(SolrBackupInput))]
[JsonSerializable(typeof(SolrLook))]
[JsonSerializable(typeof(CaptureSolrInput))]
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
[JsonSerializable(typeof(CommitSetInput))]
[JsonSerializable(typeof(CloseRunInput))]
[JsonSerializable(typeof(ImmutableArray<NamedFile>))]
public sealed partial class BackupJson : JsonSerializerContext;
