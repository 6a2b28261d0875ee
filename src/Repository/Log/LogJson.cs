using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>
/// How entries of the log, and the manifests in them, are written as JSON. Strict about what it knows, silent about
/// members it does not know.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(UtcTimeJsonConverter), typeof(ChunkClassJsonConverter)]
)]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(SetManifest))]
[JsonSerializable(typeof(StateDocument))]
internal sealed partial class LogJson : JsonSerializerContext
{
    public static byte[] Write(LogEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, Default.LogEntry);

    /// <summary>
    /// But for what a writer that does not know of replaced or compacted index blobs, or of imported sets, leaves out.
    /// </summary>
    public static bool Same(StateDocument left, StateDocument right)
    {
        return Bytes(left).AsSpan().SequenceEqual(Bytes(right));

        static byte[] Bytes(StateDocument state) =>
            JsonSerializer.SerializeToUtf8Bytes(
                state with
                {
                    Indexes = [.. state.Indexes.Select(index => index with { Replaces = default, Compacted = false })],
                    Sets = [.. state.Sets.Select(set => set with { Imported = false })],
                },
                Default.StateDocument
            );
    }

    /// <summary>
    /// Reads the plain bytes of entry <paramref name="sequence"/>. What is not such an entry is damage.
    /// </summary>
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
