using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>The id of an index blob: 128 random bits.</summary>
[JsonConverter(typeof(ChunkIndexIdJsonConverter))]
public readonly record struct ChunkIndexId(UInt128 Value)
{
    internal const string Prefix = "index/";

    /// <summary>The blob's name, relative to the repository: <c>index/&lt;32 digits&gt;</c>.</summary>
    public string BlobName => Prefix + ToString();

    public static bool TryParse(ReadOnlySpan<char> text, out ChunkIndexId id)
    {
        id = default;
        if (!HexId.TryParse(text, out UInt128 value))
        {
            return false;
        }

        id = new ChunkIndexId(value);
        return true;
    }

    /// <summary>From a blob's name, relative to the repository; other names are none.</summary>
    internal static bool TryParseBlobName(string name, out ChunkIndexId id)
    {
        id = default;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && TryParse(name.AsSpan(Prefix.Length), out id)
            && id.BlobName == name;
    }

    public override string ToString() => HexId.Format(Value);
}

/// <summary>An index id as 32 hexadecimal digits; anything else is a <see cref="JsonException"/>.</summary>
public sealed class ChunkIndexIdJsonConverter : JsonConverter<ChunkIndexId>
{
    public override ChunkIndexId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ChunkIndexId.TryParse(reader.GetString(), out ChunkIndexId id)
            ? id
            : throw new JsonException("An index id of 32 lower-case hexadecimal digits is missing.");

    public override void Write(Utf8JsonWriter writer, ChunkIndexId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
