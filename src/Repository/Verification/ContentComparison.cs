using System.Buffers;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>
/// Holds files against what a set has of them, without reading a chunk: the ids are recomputed, as a backup would. Files
/// are cut every 16 MiB. Thread-safe.
/// </summary>
/// <param name="chunks">Reads the lists of chunks of very large files.</param>
public sealed class ContentComparison(BackupRepository repository, IChunkSource chunks)
{
    /// <summary>Whether a stream has exactly these bytes, from where it stands to its end.</summary>
    /// <param name="bytes">It may end early; it is not read on after the first difference.</param>
    public async ValueTask<bool> IsSameAsync(
        ContentRef content,
        ChunkClass chunkClass,
        Stream bytes,
        CancellationToken cancellationToken
    )
    {
        long left = content.Length;
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(left, 1, ChunkLimits.MaxChunkLength));
        try
        {
            await foreach ((ChunkId id, bool isList) in chunks.WalkAsync(content, cancellationToken))
            {
                if (isList)
                {
                    continue;
                }

                int length = (int)Math.Min(left, ChunkLimits.MaxChunkLength);
                Memory<byte> chunk = buffer.AsMemory(0, length);
                int read = await bytes.ReadAtLeastAsync(chunk, length, throwOnEndOfStream: false, cancellationToken);
                if (read < length || repository.ChunkKeys.IdOf(chunkClass, chunk.Span) != id)
                {
                    return false;
                }

                left -= length;
            }

            return left == 0 && await bytes.ReadAsync(buffer.AsMemory(0, 1), cancellationToken) == 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
