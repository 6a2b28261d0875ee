using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// <c>{ "length": 5, "depth": 0, "chunks": ["…"] }</c>. A reference that cannot be true is a
/// <see cref="JsonException"/>; members that are not known are skipped.
/// </summary>
public sealed class ContentRefJsonConverter : JsonConverter<ContentRef>
{
    public override ContentRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A content reference is an object.");
        }

        long? length = null;
        int? depth = null;
        ImmutableArray<ChunkId> chunks = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "length" when reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long value):
                    length = value;
                    break;
                case "depth" when reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int value):
                    depth = value;
                    break;
                case "chunks":
                    chunks = ReadChunks(ref reader);
                    break;
                case "length" or "depth":
                    throw new JsonException($"The {name} of a content reference is a whole number.");
                default:
                    reader.Skip();
                    break;
            }
        }

        if (length is null || depth is null || chunks.IsDefault)
        {
            throw new JsonException("A content reference has a length, a depth and chunks.");
        }

        ContentRef content = new(length.Value, depth.Value, chunks);
        return content.IsPlausible ? content : throw new JsonException("A content reference contradicts itself.");
    }

    public override void Write(Utf8JsonWriter writer, ContentRef value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("length", value.Length);
        writer.WriteNumber("depth", value.Depth);
        writer.WriteStartArray("chunks");
        foreach (ChunkId chunk in value.Chunks)
        {
            writer.WriteStringValue(chunk.ToString());
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static ImmutableArray<ChunkId> ReadChunks(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("The chunks of a content reference are a list.");
        }

        ImmutableArray<ChunkId>.Builder ids = ImmutableArray.CreateBuilder<ChunkId>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (
                ids.Count == ContentRef.MaxInlineChunks
                || reader.TokenType != JsonTokenType.String
                || !ChunkId.TryParse(reader.GetString(), out ChunkId id)
            )
            {
                throw new JsonException(
                    $"The chunks of a content reference are at most {ContentRef.MaxInlineChunks} ids."
                );
            }

            ids.Add(id);
        }

        return ids.ToImmutable();
    }
}
