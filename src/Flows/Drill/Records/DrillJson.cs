using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Flows.Drill.Records;

/// <summary>What a drill and its activities write into a journal: a line for each record.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DrillInput))]
[JsonSerializable(typeof(DrillResult))]
[JsonSerializable(typeof(DrillWork))]
[JsonSerializable(typeof(DrillPlan))]
[JsonSerializable(typeof(DrillProgress))]
[JsonSerializable(typeof(CheckDrilledInput))]
[JsonSerializable(typeof(DrillCheck))]
[JsonSerializable(typeof(DrillFinding))]
[JsonSerializable(typeof(CleanUpDrillInput))]
[JsonSerializable(typeof(CleanedDrill))]
[JsonSerializable(typeof(RecordedDrill))]
[JsonSerializable(typeof(DrillTrace))]
public sealed partial class DrillJson : JsonSerializerContext;
