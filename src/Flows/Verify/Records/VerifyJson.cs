using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Flows.Verify.Records;

/// <summary>What a verification and its activities write into a journal: a line for each record.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VerifyInput))]
[JsonSerializable(typeof(VerifyResult))]
[JsonSerializable(typeof(VerifyPlan))]
[JsonSerializable(typeof(RecordVerificationInput))]
[JsonSerializable(typeof(VerifyStepInput))]
[JsonSerializable(typeof(VerifiedStep))]
[JsonSerializable(typeof(VerifyPartInput))]
[JsonSerializable(typeof(VerifiedPart))]
public sealed partial class VerifyJson : JsonSerializerContext;
