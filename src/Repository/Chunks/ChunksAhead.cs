using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>
/// The next chunks of a dump, read together: after many nights they lie in the packs of all of these, in turn, and one
/// after the other each would cost a request and the opening of a frame.
/// </summary>
/// <param name="chunks">Serves one by one what cannot be read together, or says why not.</param>
internal sealed class ChunksAhead(IChunkSource chunks, ChunkClass chunkClass)
{
    /// <summary>At first; they tell how long chunks are here.</summary>
    private const int First = 16;
    private const int Most = 4096;
    private const int WantedBytes = 8 << 20;

    /// <summary>What comes beyond this is read again when its turn comes.</summary>
    private const int MaxBytes = 2 * WantedBytes;

    private readonly Dictionary<ChunkId, byte[]> _read = [];
    private int _left;
    private int _next = First;

    /// <param name="ids">Of the chunk that is wanted, and of those that follow it.</param>
    public async ValueTask<byte[]> ReadAsync(ReadOnlyMemory<byte> ids, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            await FetchAsync(ids, cancellationToken);
        }

        _left--;
        ChunkId id = ChunkId.Read(ids.Span);
        return _read.TryGetValue(id, out byte[]? chunk)
            ? chunk
            : await chunks.ReadChunkAsync(id, chunkClass, cancellationToken);
    }

    private async ValueTask FetchAsync(ReadOnlyMemory<byte> ids, CancellationToken cancellationToken)
    {
        ChunkId[] wanted = ChunkId.ReadAll(ids.Span[..Math.Min(ids.Length, _next * ChunkId.Size)]);
        _read.Clear();
        (int count, long bytes) = (0, 0);
        await chunks.ReadManyAsync(wanted, chunkClass, Keep, cancellationToken);
        _left = wanted.Length;
        _next = bytes == 0 ? _next : (int)Math.Clamp((long)WantedBytes * count / bytes, 1, Most);

        void Keep(int number, ReadOnlySpan<byte> chunk)
        {
            (count, bytes) = (count + 1, bytes + chunk.Length);
            if (bytes <= MaxBytes)
            {
                _read[wanted[number]] = chunk.ToArray();
            }
        }
    }
}
