using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Repository.Checks;

/// <summary>
/// Looks, before a set is committed, whether its own streams will be found: in the index that the log names and in the
/// blobs that the set adds. What a run's receipts know does not count, because a set does not have them. Absent is
/// damage: the set would not restore.
/// </summary>
internal sealed class CompletenessCheck(ChunkIndex known, LostPacks lost, ChunkIndex added, IChunkSource chunks)
{
    public async Task RequireAsync(
        DatabaseStamp? database,
        IEnumerable<(ContentRef Listing, ContentRef? Required, ContentRef? Directories)> roots,
        IEnumerable<ContentRef> shortcuts,
        CancellationToken cancellationToken
    )
    {
        if (database is not null)
        {
            await RequireAsync(database.Dump, ChunkClass.Dump, cancellationToken);
            if (database.Catalogue is { } catalogue)
            {
                await foreach (ChunkId id in CatalogueChunks.WalkAsync(chunks, catalogue, cancellationToken))
                {
                    Require(id, ChunkClass.Metadata);
                }
            }
        }

        foreach ((ContentRef listing, ContentRef? required, ContentRef? directories) in roots)
        {
            await RequireAsync(listing, ChunkClass.Metadata, cancellationToken);
            ListingReader reader = new(chunks, listing);
            await foreach (SegmentRow row in reader.ReadRowsAsync(PathRange.All, cancellationToken))
            {
                Require(row.Chunk, ChunkClass.Metadata);
            }

            if (required is not null)
            {
                await RequireAsync(required, ChunkClass.Metadata, cancellationToken);
            }

            if (directories is not null)
            {
                await RequireDirectoriesAsync(directories, cancellationToken);
            }
        }

        foreach (ContentRef shortcut in shortcuts)
        {
            await RequireAsync(shortcut, ChunkClass.Metadata, cancellationToken);
        }
    }

    /// <summary>What was taken over from the set before was read there in this run, and what is new was stored.</summary>
    private async Task RequireDirectoriesAsync(ContentRef table, CancellationToken cancellationToken)
    {
        await foreach (SegmentDirectories row in DirectoryTable.ReadAsync(chunks, table, cancellationToken))
        {
            if (row.Chunk is { } chunk)
            {
                Require(chunk, ChunkClass.Metadata);
            }
        }
    }

    private async Task RequireAsync(ContentRef content, ChunkClass chunkClass, CancellationToken cancellationToken)
    {
        await foreach ((ChunkId id, bool isList) in chunks.WalkAsync(content, cancellationToken))
        {
            Require(id, isList ? ChunkClass.Metadata : chunkClass);
        }
    }

    private void Require(ChunkId id, ChunkClass chunkClass)
    {
        // Content, dump and index share their id key, so that a chunk of one may serve another.
        bool found = added.TryFind(id, out ChunkPlace place) || known.TryFind(id, lost, out place);
        if (!found || (place.Pack.Class == ChunkClass.Metadata) != (chunkClass == ChunkClass.Metadata))
        {
            throw Damage.InPart("the index of the set that was about to be committed", $"chunk {id} is stored nowhere");
        }
    }
}
