using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Flows.Retention.Records;

/// <summary>What a retention and its activities write into a journal: a line for each record.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RetentionInput))]
[JsonSerializable(typeof(RetentionResult))]
[JsonSerializable(typeof(ForgottenSets))]
[JsonSerializable(typeof(PrunedPart))]
[JsonSerializable(typeof(PruneInput))]
[JsonSerializable(typeof(PruneReport))]
public sealed partial class RetentionJson : JsonSerializerContext;
