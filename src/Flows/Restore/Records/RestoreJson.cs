using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Flows.Restore.Records;

/// <summary>What a restore and its activities write into a journal: a line for each record.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RestoreInput))]
[JsonSerializable(typeof(RestoreResult))]
[JsonSerializable(typeof(RestorePlan))]
[JsonSerializable(typeof(PlanRestoreRootInput))]
[JsonSerializable(typeof(RestoreRoot))]
[JsonSerializable(typeof(RestoreRangeInput))]
[JsonSerializable(typeof(RestoreDirectoriesInput))]
[JsonSerializable(typeof(RestoredDirectories))]
[JsonSerializable(typeof(RestoredStep))]
[JsonSerializable(typeof(RestoreRangeFlowInput))]
[JsonSerializable(typeof(RestoredTotals))]
[JsonSerializable(typeof(RestoredDatabase))]
[JsonSerializable(typeof(CheckRestoredInput))]
[JsonSerializable(typeof(RestoreCheck))]
[JsonSerializable(typeof(UnsetAttributes))]
public sealed partial class RestoreJson : JsonSerializerContext;
