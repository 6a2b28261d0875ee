using System.Buffers;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>
/// Compares a file with what a set has of it, by the ids of its chunks: no byte of the content is read from the store,
/// its lists of chunks alone. Thread-safe.
/// </summary>
public sealed class ContentComparison
{
    private readonly ChunkKeys _keys;
    private readonly IChunkSource _chunks;

    internal ContentComparison(ChunkKeys keys, IChunkSource chunks) => (_keys, _chunks) = (keys, chunks);

    /// <param name="content">Of a file, whose chunks have 16 MiB each but for the last.</param>
    /// <param name="chunkClass">Of its chunks.</param>
    /// <param name="read">Reads at an offset until the buffer is full or the file ends; returns how many bytes.</param>
    /// <returns>Whether the file has these bytes; one that is longer may begin with them.</returns>
    public async ValueTask<bool> IsSameAsync(
        ContentRef content,
        ChunkClass chunkClass,
        Func<Memory<byte>, long, int> read,
        CancellationToken cancellationToken
    )
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(content.Length, 1, ChunkLimits.MaxChunkLength));
        try
        {
            long offset = 0;
            await foreach ((ChunkId id, bool isList) in _chunks.WalkAsync(content, cancellationToken))
            {
                if (isList)
                {
                    continue;
                }

                int length = (int)Math.Min(content.Length - offset, ChunkLimits.MaxChunkLength);
                if (
                    length <= 0
                    || read(buffer.AsMemory(0, length), offset) != length
                    || _keys.IdOf(chunkClass, buffer.AsSpan(0, length)) != id
                )
                {
                    return false;
                }

                offset += length;
            }

            return offset == content.Length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
