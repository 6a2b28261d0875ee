using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Where two listings, or two lists of required files, are not the same, by the ids of their segments alone. A path that is
/// in none of these stretches stands in both with the same entry, or in neither.
/// </summary>
internal static class SegmentChanges
{
    public static Task AddListingsAsync(
        PathIntervals changes,
        IChunkSource chunks,
        ContentRef before,
        ContentRef now,
        CancellationToken cancellationToken
    ) =>
        before == now
            ? Task.CompletedTask
            : AddAsync(
                changes,
                new ListingReader(chunks, before).ReadRowsAsync(PathRange.All, cancellationToken).Select(Stretch),
                new ListingReader(chunks, now).ReadRowsAsync(PathRange.All, cancellationToken).Select(Stretch)
            );

    /// <param name="before">The table of segments; null: nothing was required.</param>
    /// <param name="now">The same.</param>
    public static Task AddListsAsync(
        PathIntervals changes,
        IChunkSource chunks,
        ContentRef? before,
        ContentRef? now,
        CancellationToken cancellationToken
    ) =>
        before == now
            ? Task.CompletedTask
            : AddAsync(changes, RowsOf(chunks, before, cancellationToken), RowsOf(chunks, now, cancellationToken));

    private static IAsyncEnumerable<(byte[] First, byte[] Last, ChunkId Chunk)> RowsOf(
        IChunkSource chunks,
        ContentRef? table,
        CancellationToken cancellationToken
    ) =>
        table is null
            ? AsyncEnumerable.Empty<(byte[] First, byte[] Last, ChunkId Chunk)>()
            : new RequiredSegmentReader(chunks, table).ReadRowsAsync(cancellationToken).Select(Stretch);

    private static (byte[] First, byte[] Last, ChunkId Chunk) Stretch(SegmentRow row) =>
        (row.First, row.Last, row.Chunk);

    private static (byte[] First, byte[] Last, ChunkId Chunk) Stretch(RequiredSegment row) =>
        (row.First, row.Last, row.Chunk);

    /// <summary>Both ascend.</summary>
    private static async Task AddAsync(
        PathIntervals changes,
        IAsyncEnumerable<(byte[] First, byte[] Last, ChunkId Chunk)> before,
        IAsyncEnumerable<(byte[] First, byte[] Last, ChunkId Chunk)> now
    )
    {
        await using var left = before.GetAsyncEnumerator();
        await using var right = now.GetAsyncEnumerator();
        bool hasLeft = await left.MoveNextAsync();
        bool hasRight = await right.MoveNextAsync();
        while (hasLeft || hasRight)
        {
            int order =
                !hasLeft ? 1
                : !hasRight ? -1
                : PathOrder.Compare(left.Current.First, right.Current.First);
            if (order == 0 && left.Current.Chunk == right.Current.Chunk)
            {
                hasLeft = await left.MoveNextAsync();
                hasRight = await right.MoveNextAsync();
                continue;
            }

            if (order <= 0)
            {
                changes.Add(left.Current.First, left.Current.Last);
                hasLeft = await left.MoveNextAsync();
            }

            if (order >= 0)
            {
                changes.Add(right.Current.First, right.Current.Last);
                hasRight = await right.MoveNextAsync();
            }
        }
    }
}
