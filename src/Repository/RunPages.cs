using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>Result pages of a run's activities. The page that was created first counts: whoever comes later takes its result.</summary>
public sealed class RunPages
{
    private readonly IBlobStore _blobs;
    private readonly IObjectSealer _sealer;

    internal RunPages(IBlobStore blobs, IObjectSealer sealer)
    {
        _blobs = blobs;
        _sealer = sealer;
    }

    /// <summary>The result of a page that is there already, or null: an activity that runs again returns it at once.</summary>
    /// <param name="page"><c>[a-z0-9][a-z0-9.-]{0,99}</c>, but not <c>packs</c>.</param>
    public async Task<T?> TryReadAsync<T>(RunId run, string page, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        await TryReadAsync(_blobs, _sealer, RunNames.Page(run, page), cancellationToken) is { } content ? content.Result(type) : null;

    internal static async Task<PageContent> ReadAsync(IBlobStore blobs, IObjectSealer sealer, string blobName, CancellationToken cancellationToken) =>
        await TryReadAsync(blobs, sealer, blobName, cancellationToken) ?? throw Damage.Missing(blobName);

    internal static async Task<PageContent?> TryReadAsync(IBlobStore blobs, IObjectSealer sealer, string blobName, CancellationToken cancellationToken)
    {
        byte[]? blob = await WholeBlob.TryReadAsync(blobs, blobName, ObjectSealer.MaxBlobLength, cancellationToken);
        return blob is null ? null : PageContent.Decode(sealer.Open(ObjectType.Page, blobName, blob), blobName);
    }
}

/// <summary>A page's plain bytes: <c>u32 length of the JSON || JSON || index</c>.</summary>
internal sealed record PageContent(string BlobName, ReadOnlyMemory<byte> Json, IndexTable Rows)
{
    public static byte[] Encode<T>(T result, JsonTypeInfo<T> type, IndexRows places)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(result, type);
        byte[] rows = places.Encode();
        byte[] plain = new byte[4 + json.Length + rows.Length];
        BinaryPrimitives.WriteInt32LittleEndian(plain, json.Length);
        json.CopyTo(plain.AsSpan(4));
        rows.CopyTo(plain.AsSpan(4 + json.Length));
        return plain;
    }

    public static PageContent Decode(ReadOnlyMemory<byte> plain, string blobName)
    {
        uint length = plain.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(plain.Span) : uint.MaxValue;
        return length <= plain.Length - 4
            ? new PageContent(blobName, plain.Slice(4, (int)length), IndexTable.Decode(plain[(4 + (int)length)..], blobName))
            : throw Damage.In(blobName, "its result is longer than the page");
    }

    public T Result<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(Json.Span, type) ?? throw Damage.In(BlobName, "its result is null");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Damage.In(BlobName, "its result is not what this version of the program writes", exception);
        }
    }
}
