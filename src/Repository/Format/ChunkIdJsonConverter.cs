using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>A chunk id as 32 hexadecimal digits; anything else is a <see cref="JsonException"/>.</summary>
public sealed class ChunkIdJsonConverter : JsonConverter<ChunkId>
{
    public override ChunkId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ChunkId.TryParse(reader.GetString(), out ChunkId id)
            ? id
            : throw new JsonException("A chunk id of 32 lower-case hexadecimal digits is missing.");

    public override void Write(Utf8JsonWriter writer, ChunkId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
