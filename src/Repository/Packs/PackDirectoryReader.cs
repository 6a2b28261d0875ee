using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// Reads what a pack says about itself, without its chunks: the header, and the directory at its end.
/// </summary>
internal sealed class PackDirectoryReader(IBlobStore blobs, KeyRing keys)
{
    /// <summary>Room for the directory of nearly every pack: one request in place of two.</summary>
    private const int UsualTail = 64 << 10;

    /// <summary>The places of the pack's chunks. What does not authenticate is damage that names the pack.</summary>
    /// <param name="length">Of the blob, as the store says it.</param>
    public async Task<ChunkPlace[]> ReadAsync(PackId id, long length, CancellationToken cancellationToken)
    {
        string name = id.BlobName;
        if (length is < PackReader.ShortestPack or > ChunkLimits.MaxPackLength)
        {
            throw Damage.In(name, $"a pack cannot have {length} bytes");
        }

        byte[] header = await ReadExactlyAsync(name, 0, ObjectHeader.Size, cancellationToken);
        int tailAt = (int)Math.Max(0, length - UsualTail);
        byte[] tail = await ReadExactlyAsync(name, tailAt, (int)length - tailAt, cancellationToken);
        PackTrailer trailer = PackTrailer.Read(tail.AsSpan(tail.Length - PackDirectory.TrailerSize), (int)length, name);
        byte[] directory =
            trailer.DirectoryAt >= tailAt
                ? tail.AsSpan(trailer.DirectoryAt - tailAt, trailer.SealedLength).ToArray()
                : await ReadExactlyAsync(name, trailer.DirectoryAt, trailer.SealedLength, cancellationToken);
        return Open(id, (int)length, header, trailer, directory);
    }

    private ChunkPlace[] Open(
        PackId id,
        int length,
        ReadOnlySpan<byte> header,
        PackTrailer trailer,
        ReadOnlySpan<byte> sealedDirectory
    )
    {
        string name = id.BlobName;

        // Which class it has is said by the header alone; the directory does not authenticate under another.
        ChunkClass chunkClass = (ChunkClass)header[5];
        if (chunkClass is < ChunkClass.Content or > ChunkClass.Metadata)
        {
            throw Damage.In(name, $"it is of type {header[5]}, which is not that of a pack");
        }

        using FrameCipher cipher = FrameCipher.Open(keys, (ObjectType)chunkClass, name, header);
        using FrameCodec codec = new();
        PackDirectory directory = trailer.Open(cipher, codec, sealedDirectory, name);
        PackEntry pack = new(id, length, chunkClass);
        return [.. directory.Chunks.Select(chunk => directory.PlaceOf(chunk, pack))];
    }

    private async Task<byte[]> ReadExactlyAsync(
        string name,
        long offset,
        int count,
        CancellationToken cancellationToken
    )
    {
        byte[] bytes = new byte[count];
        int read = await blobs.ReadAsync(name, offset, bytes, cancellationToken) ?? throw Damage.Missing(name);
        return read == count ? bytes : throw Damage.In(name, "it is shorter than the store says");
    }
}
