using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>What a catalogue is made of, for those who keep it.</summary>
internal static class CatalogueChunks
{
    /// <summary>
    /// Every chunk of the catalogue: of its table, lists of chunks included, then its segments, filters and lists of
    /// folders.
    /// </summary>
    public static IAsyncEnumerable<ChunkId> WalkAsync(
        IChunkSource chunks,
        CatalogueStamp catalogue,
        CancellationToken cancellationToken
    ) => WalkAsync(chunks, catalogue.Table, catalogue.Folders, cancellationToken);

    /// <inheritdoc cref="WalkAsync(IChunkSource, CatalogueStamp, CancellationToken)"/>
    public static async IAsyncEnumerable<ChunkId> WalkAsync(
        IChunkSource chunks,
        ContentRef table,
        ContentRef? lists,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        int groups = 0;
        await foreach ((ChunkId id, _) in chunks.WalkAsync(table, cancellationToken))
        {
            yield return id;
        }

        await foreach (CatalogueGroup group in CatalogueTable.ReadAsync(chunks, table, cancellationToken))
        {
            foreach (ChunkId id in group.Chunks)
            {
                yield return id;
            }

            groups++;
        }

        if (lists is not { } folders)
        {
            yield break;
        }

        await foreach ((ChunkId id, _) in chunks.WalkAsync(folders, cancellationToken))
        {
            yield return id;
        }

        foreach (ChunkId? id in await CatalogueFolders.ReadAsync(chunks, folders, groups, cancellationToken))
        {
            if (id is { } list)
            {
                yield return list;
            }
        }
    }
}
