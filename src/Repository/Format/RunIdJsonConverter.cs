using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>A run id as its text; anything else is a <see cref="JsonException"/>.</summary>
public sealed class RunIdJsonConverter : JsonConverter<RunId>
{
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && RunId.TryParse(reader.GetString(), out RunId id)
            ? id
            : throw new JsonException("A run id such as 20261122T201500Z-1f2e3d4c is missing.");

    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
