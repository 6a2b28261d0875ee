using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>The ids that a content reference leads to, without reading the content itself.</summary>
public static class ContentTree
{
    /// <summary>
    /// Every chunk of the content, in order, and before the chunks that it names every list of ids (a metadata chunk).
    /// A list is read only after its id was handed out.
    /// </summary>
    public static IAsyncEnumerable<(ChunkId Id, bool IsList)> WalkAsync(
        this IChunkSource chunks,
        ContentRef content,
        CancellationToken cancellationToken
    ) => WalkAsync(chunks, content.Chunks, content.Depth, cancellationToken);

    /// <summary>The ids in a list of chunks.</summary>
    public static async ValueTask<ChunkId[]> ReadListAsync(
        this IChunkSource chunks,
        ChunkId list,
        CancellationToken cancellationToken
    )
    {
        byte[] bytes = await chunks.ReadChunkAsync(list, ChunkClass.Metadata, cancellationToken);
        return bytes.Length % ChunkId.Size == 0
            ? ChunkId.ReadAll(bytes)
            : throw Damage.InPart($"the list of chunks {list}", "it holds no whole number of ids");
    }

    private static async IAsyncEnumerable<(ChunkId Id, bool IsList)> WalkAsync(
        IChunkSource chunks,
        IReadOnlyList<ChunkId> ids,
        int depth,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (ChunkId id in ids)
        {
            yield return (id, depth > 0);
            if (depth == 0)
            {
                continue;
            }

            ChunkId[] below = await chunks.ReadListAsync(id, cancellationToken);
            await foreach ((ChunkId Id, bool IsList) chunk in WalkAsync(chunks, below, depth - 1, cancellationToken))
            {
                yield return chunk;
            }
        }
    }
}
