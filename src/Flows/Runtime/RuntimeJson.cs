using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>What every flow has, and the pages that every run may have.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FlowStatus))]
[JsonSerializable(typeof(LostPackList))]
public sealed partial class RuntimeJson : JsonSerializerContext;
