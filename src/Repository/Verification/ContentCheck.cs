using System.Runtime.CompilerServices;

namespace AlfrescoBackupFlows.Repository;

/// <summary>Follows a content reference down to its chunks and looks each of them up, without reading the content itself.</summary>
internal sealed class ContentCheck(ChunkIndex index, IChunkSource chunks, PackInventory packs)
{
    /// <summary>What is wrong with the content, or null. Packs that it needs are noted; a pack's own fault is said once, through <paramref name="packFault"/>.</summary>
    public async ValueTask<string?> FindFaultAsync(ContentRef content, ChunkClass chunkClass, Action<string> packFault, CancellationToken cancellationToken)
    {
        UInt128 length = 0;
        bool whole = true;
        await foreach (ChunkId id in ChunksAsync(content.Chunks, content.Depth, packFault, cancellationToken))
        {
            if (!TryPlace(id, chunkClass, packFault, out ChunkPlace place))
            {
                return $"chunk {id} is stored nowhere";
            }

            whole &= packs.IsWhole(place.Pack);
            length += (UInt128)place.Length;
        }

        return !whole ? "a pack that it needs is missing or cut"
            : length != (UInt128)content.Length ? $"its chunks have {length} bytes, not {content.Length}"
            : null;
    }

    private bool TryPlace(ChunkId id, ChunkClass chunkClass, Action<string> packFault, out ChunkPlace place)
    {
        // Content, dump and index share their id key, so that a chunk of one may serve another.
        if (!index.TryFind(id, out place) || (place.Pack.Class == ChunkClass.Metadata) != (chunkClass == ChunkClass.Metadata))
        {
            return false;
        }

        if (packs.Need(place.Pack) is { } fault)
        {
            packFault(fault);
        }

        return true;
    }

    private async IAsyncEnumerable<ChunkId> ChunksAsync(
        IReadOnlyList<ChunkId> ids, int depth, Action<string> packFault, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (ChunkId id in ids)
        {
            if (depth == 0)
            {
                yield return id;
                continue;
            }

            TryPlace(id, ChunkClass.Metadata, packFault, out _);
            byte[] level = await chunks.ReadChunkAsync(id, ChunkClass.Metadata, cancellationToken);
            if (level.Length % ChunkId.Size != 0)
            {
                throw Damage.InPart($"the list of chunks {id}", "it holds no whole number of ids");
            }

            ChunkId[] below = new ChunkId[level.Length / ChunkId.Size];
            for (int i = 0; i < below.Length; i++)
            {
                below[i] = ChunkId.Read(level.AsSpan(i * ChunkId.Size));
            }

            await foreach (ChunkId chunk in ChunksAsync(below, depth - 1, packFault, cancellationToken))
            {
                yield return chunk;
            }
        }
    }
}
