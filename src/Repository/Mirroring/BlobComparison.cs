using System.Buffers;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>Whether two stores hold the same bytes under a name, by hashes.</summary>
internal static class BlobComparison
{
    private const int BlockLength = 1 << 20;

    /// <summary>
    /// Where a store says the MD5 of a blob, nothing of it is read there; where neither does, both are read. Null:
    /// one of them is gone.
    /// </summary>
    public static async Task<bool?> AreSameAsync(
        IBlobStore source,
        BlobItem one,
        IBlobStore target,
        BlobItem other,
        CancellationToken cancellationToken
    )
    {
        HashAlgorithmName algorithm =
            one.ContentMd5.IsEmpty && other.ContentMd5.IsEmpty ? HashAlgorithmName.SHA256 : HashAlgorithmName.MD5;
        ReadOnlyMemory<byte>? left = await HashAsync(source, one, algorithm, cancellationToken);
        ReadOnlyMemory<byte>? right = left is null
            ? null
            : await HashAsync(target, other, algorithm, cancellationToken);
        return right is null ? null : left!.Value.Span.SequenceEqual(right.Value.Span);
    }

    private static async Task<ReadOnlyMemory<byte>?> HashAsync(
        IBlobStore blobs,
        BlobItem item,
        HashAlgorithmName algorithm,
        CancellationToken cancellationToken
    )
    {
        if (!item.ContentMd5.IsEmpty)
        {
            return item.ContentMd5;
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(algorithm);
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockLength);
        try
        {
            for (long offset = 0; ; )
            {
                if (await blobs.ReadAsync(item.Name, offset, block, cancellationToken) is not { } read)
                {
                    return null;
                }

                hash.AppendData(block.AsSpan(0, read));
                offset += read;
                if (read < block.Length)
                {
                    return hash.GetHashAndReset();
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
