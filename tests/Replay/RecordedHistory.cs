using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Embedded.Journal;
using AlfrescoBackupFlows.Embedded.Replay;

namespace AlfrescoBackupFlows.Replay.Tests;

/// <summary>The history of one generation of an instance, finished or not, as it is checked in.</summary>
internal sealed record RecordedHistory(
    string FlowName,
    string InstanceId,
    int Generation,
    IReadOnlyList<HistoryEvent> Events
)
{
    /// <summary>For people, in a diff: payloads, which are JSON, stand as such.</summary>
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<EventType>() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WritePayloadsRaw } },
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static RecordedHistory FromJson(string json) => JsonSerializer.Deserialize<RecordedHistory>(json, Json)!;

    private static void WritePayloadsRaw(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (type.Type == typeof(HistoryEvent) && property.Name == "payload")
            {
                property.CustomConverter = new RawJsonConverter();
            }
        }
    }
}
