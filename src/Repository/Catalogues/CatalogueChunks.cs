using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>What a catalogue is made of, for those who keep it.</summary>
internal static class CatalogueChunks
{
    /// <summary>Every chunk of the catalogue: of its table, lists of chunks included, then its segments and filters.</summary>
    public static async IAsyncEnumerable<ChunkId> WalkAsync(
        IChunkSource chunks,
        ContentRef table,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach ((ChunkId id, _) in chunks.WalkAsync(table, cancellationToken))
        {
            yield return id;
        }

        await foreach (CatalogueGroup group in CatalogueTable.ReadAsync(chunks, table, cancellationToken))
        {
            foreach (CatalogueSegmentRow row in group.Segments)
            {
                yield return row.Chunk;
            }

            foreach (ChunkId filter in group.Filters.OfType<ChunkId>())
            {
                yield return filter;
            }
        }
    }
}
