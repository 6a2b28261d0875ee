using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Functions;

/// <summary>What this host itself puts into histories; inputs and results are written by the flows' own catalog.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(FlowFailure))]
internal sealed partial class HostJson : JsonSerializerContext;
