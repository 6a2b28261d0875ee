using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>
/// Gathers the ids of a content. At ids that the ids themselves choose, and after 65,536 at the latest, those of a level
/// are stored as one metadata chunk, whose id goes one level up: so memory is bounded whatever the length, and where a
/// few chunks of a long content changed, so did a few lists.
/// </summary>
/// <param name="inline">More ids than this are moved one level down.</param>
internal sealed class ContentRefBuilder(IChunkWriter chunks, int inline = ContentRef.MaxInlineChunks)
{
    /// <summary>A list has so many ids at least, but for the last one of its level.</summary>
    private const int FewestIds = 256;

    /// <summary>After these every 1,024th id, as a hash has it, ends a list.</summary>
    private const uint EndMask = 1023;

    private readonly List<List<ChunkId>> _levels =
    [
        [],
    ];
    private long _length;

    public async ValueTask AddAsync(ChunkId id, int length, CancellationToken cancellationToken)
    {
        _length += length;
        _levels[0].Add(id);
        for (int level = 0; EndsList(_levels[level]); level++)
        {
            await MoveUpAsync(level, cancellationToken);
        }
    }

    public async ValueTask<ContentRef> CompleteAsync(CancellationToken cancellationToken)
    {
        int depth = 0;
        for (; depth < _levels.Count - 1 || _levels[depth].Count > inline; depth++)
        {
            if (_levels[depth].Count > 0)
            {
                await MoveUpAsync(depth, cancellationToken);
            }
        }

        return new ContentRef(_length, depth, [.. _levels[depth]]);
    }

    private static bool EndsList(List<ChunkId> ids) =>
        ids.Count == ChunkLimits.IdsPerChunk || (ids.Count >= FewestIds && ((uint)ids[^1].Value & EndMask) == 0);

    private async ValueTask MoveUpAsync(int level, CancellationToken cancellationToken)
    {
        List<ChunkId> ids = _levels[level];
        byte[] bytes = new byte[ids.Count * ChunkId.Size];
        for (int i = 0; i < ids.Count; i++)
        {
            ids[i].Write(bytes.AsSpan(i * ChunkId.Size));
        }

        ids.Clear();
        if (_levels.Count == level + 1)
        {
            _levels.Add([]);
        }

        _levels[level + 1].Add(await chunks.AddChunkAsync(ChunkClass.Metadata, bytes, cancellationToken));
    }
}
