using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>What every flow has, whatever it is for.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Nothing))]
[JsonSerializable(typeof(FlowFailure))]
public sealed partial class TaskJson : JsonSerializerContext;
