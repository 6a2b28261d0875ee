using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>RFC 3339 in UTC, with the letter Z.</summary>
internal sealed class UtcTimeJsonConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out DateTimeOffset time)
            ? time.ToUniversalTime()
            : throw new JsonException("A time as of RFC 3339 is missing.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}

/// <summary>A chunk class by its name in the format's text.</summary>
internal sealed class ChunkClassJsonConverter : JsonConverter<ChunkClass>
{
    public override ChunkClass Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        (reader.TokenType == JsonTokenType.String ? reader.GetString() : null) switch
        {
            "content" => ChunkClass.Content,
            "dump" => ChunkClass.Dump,
            "index" => ChunkClass.Index,
            "metadata" => ChunkClass.Metadata,
            _ => throw new JsonException("A chunk class is content, dump, index or metadata."),
        };

    public override void Write(Utf8JsonWriter writer, ChunkClass value, JsonSerializerOptions options) =>
        writer.WriteStringValue(
            value switch
            {
                ChunkClass.Content => "content",
                ChunkClass.Dump => "dump",
                ChunkClass.Index => "index",
                ChunkClass.Metadata => "metadata",
                _ => throw new JsonException($"Chunk class {value} is not known."),
            }
        );
}
