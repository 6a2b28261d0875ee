using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Embedded.Replay;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(FlowFailure))]
[JsonSerializable(typeof(SentEvent))]
[JsonSerializable(typeof(DateTimeOffset))]
internal sealed partial class EmbeddedJson : JsonSerializerContext
{
    public static string Write(FlowFailure failure) => JsonSerializer.Serialize(failure, Default.FlowFailure);

    public static FlowFailure ReadFailure(string json) => JsonSerializer.Deserialize(json, Default.FlowFailure)!;

    public static string Write(SentEvent sent) => JsonSerializer.Serialize(sent, Default.SentEvent);

    public static SentEvent ReadSent(string json) => JsonSerializer.Deserialize(json, Default.SentEvent)!;

    public static string Write(DateTimeOffset time) => JsonSerializer.Serialize(time, Default.DateTimeOffset);

    public static DateTimeOffset ReadTime(string json) => JsonSerializer.Deserialize(json, Default.DateTimeOffset);
}

/// <summary>A string that is JSON already stands as such in the document.</summary>
internal sealed class RawJsonConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.GetRawText();
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        using var document = JsonDocument.Parse(value); // not WriteRawValue: it would keep the line's own layout
        document.RootElement.WriteTo(writer);
    }
}
