using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>A file of a set, and those of its chunks that are wanted.</summary>
/// <param name="Chunks">With where they begin in the file, and their lengths.</param>
internal sealed record WantedFile(
    SetSummary Set,
    RootStamp Root,
    ListingEntry Entry,
    IReadOnlyList<(ChunkId Id, long Offset, int Length)> Chunks
);

/// <summary>
/// Finds the files that need some chunks: the sets from the newest on, a segment that several share once. What cannot be
/// read of a listing is passed over; whoever walked the sets before has told of it.
/// </summary>
internal sealed class ListedFiles(BackupRepository repository, IChunkSource chunks, ChunkIndex index)
{
    public async IAsyncEnumerable<WantedFile> FindAsync(
        IReadOnlyList<SetSummary> sets,
        IReadOnlySet<ChunkId> wanted,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        HashSet<ChunkId> seen = [];
        foreach (SetSummary set in sets.Reverse())
        {
            if (
                await TryAsync<SetManifest>(async () => await repository.Log.ReadManifestAsync(set, cancellationToken))
                is not { } manifest
            )
            {
                continue;
            }

            foreach (RootStamp root in manifest.Roots)
            {
                var listing = new ListingReader(chunks, root.Listing);
                await foreach (SegmentRow row in ReadRowsAsync(listing, cancellationToken))
                {
                    IReadOnlyList<ListingEntry>? entries = seen.Add(row.Chunk)
                        ? await TryAsync(async () => await listing.ReadSegmentAsync(row, cancellationToken))
                        : null;
                    foreach (ListingEntry entry in entries ?? [])
                    {
                        if (
                            entry.Content is { } content
                            && await FindAsync(content, wanted, cancellationToken) is { Count: > 0 } found
                        )
                        {
                            yield return new WantedFile(set, root, entry, found);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Which of the chunks a content needs. A list of chunks that cannot be read stands for all of it.</summary>
    public async ValueTask<IReadOnlyList<(ChunkId Id, long Offset, int Length)>> FindAsync(
        ContentRef content,
        IReadOnlySet<ChunkId> wanted,
        CancellationToken cancellationToken
    )
    {
        List<(ChunkId, long, int)> found = [];
        long offset = 0;
        ChunkId list = default;
        try
        {
            await foreach ((ChunkId id, bool isList) in chunks.WalkAsync(content, cancellationToken))
            {
                int length =
                    isList ? 0
                    : index.TryFind(id, out ChunkPlace place) ? place.Length
                    : (int)Math.Clamp(content.Length - offset, 0, ChunkLimits.MaxChunkLength);
                list = isList ? id : list;
                if (wanted.Contains(id))
                {
                    found.Add((id, offset, length));
                }

                offset += length;
            }
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            if (!found.Exists(chunk => chunk.Item1 == list))
            {
                found.Add((list, offset, 0));
            }
        }

        return found;
    }

    private static async IAsyncEnumerable<SegmentRow> ReadRowsAsync(
        ListingReader listing,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using IAsyncEnumerator<SegmentRow> rows = listing
            .ReadRowsAsync(PathRange.All, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await TryAsync(async () => await rows.MoveNextAsync() ? rows.Current : null) is { } row)
        {
            yield return row;
        }
    }

    private static async Task<T?> TryAsync<T>(Func<Task<T?>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            return null;
        }
    }
}
