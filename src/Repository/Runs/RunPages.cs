using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Runs;

/// <summary>
/// Result pages of a run's activities. The page that was created first counts: whoever comes later takes its result.
/// </summary>
public sealed class RunPages
{
    private readonly SealedBlobs _blobs;

    internal RunPages(SealedBlobs blobs) => _blobs = blobs;

    /// <summary>
    /// The result of a page that is there already, or null: an activity that runs again returns it at once.
    /// </summary>
    /// <param name="page"><c>[a-z0-9][a-z0-9.-]{0,99}</c>, but not <c>packs</c>.</param>
    public async Task<T?> TryReadAsync<T>(
        RunId run,
        string page,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
        where T : class =>
        await TryReadAsync(_blobs, RunNames.Page(run, page), cancellationToken) is { } content
            ? content.Result(type)
            : null;

    internal static async Task<PageContent> ReadAsync(
        SealedBlobs blobs,
        string blobName,
        CancellationToken cancellationToken
    ) => await TryReadAsync(blobs, blobName, cancellationToken) ?? throw Damage.Missing(blobName);

    internal static async Task<PageContent?> TryReadAsync(
        SealedBlobs blobs,
        string blobName,
        CancellationToken cancellationToken
    ) =>
        await blobs.TryReadAsync(ObjectType.Page, blobName, cancellationToken) is { } blob
            ? PageContent.Decode(blob.Plain, blobName)
            : null;
}

/// <summary>
/// A page's plain bytes:
/// <c>u32 length of the JSON || JSON || u32 index blobs, then per blob: 16 id, u32 rows || index</c>.
/// </summary>
/// <param name="Indexes">Index blobs that the activity wrote, because its rows were too many for one blob.</param>
/// <param name="Rows">The rest of its rows.</param>
internal sealed record PageContent(
    string BlobName,
    ReadOnlyMemory<byte> Json,
    ImmutableArray<ChunkIndexBlob> Indexes,
    ChunkIndexTable Rows
)
{
    /// <summary>Plain bytes.</summary>
    public required int Length { get; init; }

    private const int MaxIndexes = 65_536;
    private const int IndexSize = 20;

    public static byte[] Encode<T>(
        T result,
        JsonTypeInfo<T> type,
        IReadOnlyCollection<ChunkIndexBlob> indexes,
        ChunkIndexRows places
    )
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(result, type);
        byte[] rows = places.Encode();
        byte[] plain = new byte[4 + json.Length + 4 + (indexes.Count * IndexSize) + rows.Length];
        BinaryPrimitives.WriteInt32LittleEndian(plain, json.Length);
        json.CopyTo(plain.AsSpan(4));
        Span<byte> rest = plain.AsSpan(4 + json.Length);
        BinaryPrimitives.WriteInt32LittleEndian(rest, indexes.Count);
        rest = rest[4..];
        foreach (ChunkIndexBlob index in indexes)
        {
            BinaryPrimitives.WriteUInt128BigEndian(rest, index.Id.Value);
            BinaryPrimitives.WriteInt32LittleEndian(rest[16..], index.Rows);
            rest = rest[IndexSize..];
        }

        rows.CopyTo(rest);
        return plain;
    }

    public static PageContent Decode(ReadOnlyMemory<byte> plain, string blobName)
    {
        uint length = plain.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(plain.Span) : uint.MaxValue;
        if (length > plain.Length - 4)
        {
            throw Damage.In(blobName, "its result is longer than the page");
        }

        ReadOnlyMemory<byte> rest = plain[(4 + (int)length)..];
        ImmutableArray<ChunkIndexBlob> indexes = DecodeIndexes(rest.Span, blobName);
        return new PageContent(
            blobName,
            plain.Slice(4, (int)length),
            indexes,
            ChunkIndexTable.Decode(rest[(4 + (indexes.Length * IndexSize))..], blobName)
        )
        {
            Length = plain.Length,
        };
    }

    private static ImmutableArray<ChunkIndexBlob> DecodeIndexes(ReadOnlySpan<byte> source, string blobName)
    {
        uint count = source.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(source) : uint.MaxValue;
        if (count > MaxIndexes || count > (source.Length - 4) / IndexSize)
        {
            throw Damage.In(blobName, $"it claims {count} index blobs and has no room for them");
        }

        ImmutableArray<ChunkIndexBlob>.Builder indexes = ImmutableArray.CreateBuilder<ChunkIndexBlob>((int)count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> index = source.Slice(4 + (i * IndexSize), IndexSize);
            uint rows = BinaryPrimitives.ReadUInt32LittleEndian(index[16..]);
            indexes.Add(
                rows <= ChunkIndexTable.MaxRows
                    ? new ChunkIndexBlob(new ChunkIndexId(BinaryPrimitives.ReadUInt128BigEndian(index)), (int)rows)
                    : throw Damage.In(blobName, $"it names an index of {rows} rows")
            );
        }

        return indexes.MoveToImmutable();
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
