using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository;

/// <summary>How entries of the log, and the manifests in them, are written as JSON. Strict about what it knows, silent about members it does not know.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(UtcTimeJsonConverter), typeof(ChunkClassJsonConverter)])]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(SetManifest))]
[JsonSerializable(typeof(StateDocument))]
internal sealed partial class LogJson : JsonSerializerContext
{
    public static byte[] Write(LogEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, Default.LogEntry);

    public static bool Same(StateDocument left, StateDocument right) =>
        JsonSerializer.SerializeToUtf8Bytes(left, Default.StateDocument).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(right, Default.StateDocument));

    /// <summary>Reads the plain bytes of entry <paramref name="sequence"/>. What is not such an entry is damage.</summary>
    public static LogEntry Read(ReadOnlySpan<byte> plain, long sequence)
    {
        try
        {
            LogEntry? entry = JsonSerializer.Deserialize(plain, Default.LogEntry);
            return entry?.Check(sequence) ?? throw new JsonException("null");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Damage.In(LogNames.BlobName(sequence), "its JSON is not that of an entry", exception);
        }
    }
}
