using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>Reads and writes index blobs.</summary>
internal static class ChunkIndexBlobs
{
    /// <summary>
    /// Rows of a blob that is written; what is read may have up to <see cref="ChunkIndexTable.MaxRows"/>.
    /// </summary>
    public const int UsualRows = 131_072;

    /// <summary>
    /// The rows, and the bytes of the blob. Missing, damaged or with another number of rows is damage.
    /// </summary>
    public static async Task<(ChunkIndexTable Rows, int Length)> ReadAsync(
        SealedBlobs blobs,
        ChunkIndexBlob index,
        CancellationToken cancellationToken
    )
    {
        string name = index.Id.BlobName;
        OpenedBlob blob =
            await blobs.TryReadAsync(ObjectType.Index, name, cancellationToken) ?? throw Damage.Missing(name);
        ChunkIndexTable table = ChunkIndexTable.Decode(blob.Plain, name);
        return table.Count == index.Rows
            ? (table, blob.Length)
            : throw Damage.In(name, $"it has {table.Count} rows, not {index.Rows}");
    }

    /// <summary>
    /// The rows, or whether the blob is missing; damaged otherwise. Read a second time before it is taken for damaged:
    /// a bad read would have it written anew.
    /// </summary>
    public static async Task<(ChunkIndexTable? Rows, bool IsMissing)> TryReadAsync(
        SealedBlobs blobs,
        ChunkIndexBlob index,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return ((await ReadAsync(blobs, index, cancellationToken)).Rows, false);
            }
            catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
            {
                if (attempt > 0)
                {
                    return (null, await blobs.Store.GetPropertiesAsync(index.Id.BlobName, cancellationToken) is null);
                }
            }
        }
    }

    /// <summary>Writes the rows under a name that is drawn here. Returns the bytes of the blob as well.</summary>
    public static async Task<(ChunkIndexBlob Index, int Length)> WriteAsync(
        SealedBlobs blobs,
        ChunkIndexRows rows,
        CancellationToken cancellationToken
    )
    {
        ChunkIndexId id = new(BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16)));
        int length = await blobs.PutAsync(ObjectType.Index, id.BlobName, rows.Encode(), cancellationToken);
        return (new ChunkIndexBlob(id, rows.Count), length);
    }

    /// <summary>Writes blobs of the usual length that take the place of others.</summary>
    /// <returns>At least one, without rows where there is no place: the first says what is replaced.</returns>
    public static async Task<ImmutableArray<ChunkIndexBlob>> WriteReplacingAsync(
        SealedBlobs blobs,
        IAsyncEnumerable<ChunkPlace> places,
        IEnumerable<ChunkIndexId> replaced,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<ChunkIndexBlob>.Builder written = ImmutableArray.CreateBuilder<ChunkIndexBlob>();
        ChunkIndexRows rows = new();
        await foreach (ChunkPlace place in places.WithCancellation(cancellationToken))
        {
            rows.Add(place);
            if (rows.Count == UsualRows)
            {
                await WriteAsync();
            }
        }

        if (rows.Count > 0 || written.Count == 0)
        {
            await WriteAsync();
        }

        written[0] = written[0] with { Replaces = [.. replaced] };
        return written.ToImmutable();

        async Task WriteAsync()
        {
            written.Add((await ChunkIndexBlobs.WriteAsync(blobs, rows, cancellationToken)).Index);
            rows.Clear();
        }
    }
}
