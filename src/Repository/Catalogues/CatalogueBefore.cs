using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>The catalogue of the set before, of which segments are taken over unread.</summary>
public sealed class CatalogueBefore
{
    private readonly IChunkSource _chunks;
    private readonly Dictionary<long, CatalogueGroup> _groups;
    private readonly Dictionary<long, CatalogueSegmentRow> _rows;
    private readonly CatalogueStamp _stamp;

    private CatalogueBefore(IChunkSource chunks, CatalogueStamp stamp, List<CatalogueGroup> groups)
    {
        (_chunks, _stamp) = (chunks, stamp);
        _groups = groups.ToDictionary(static group => group.Number);
        _rows = groups.SelectMany(static group => group.Segments).ToDictionary(static row => row.Number);
    }

    /// <param name="holds">Whether a chunk is stored: of a group that lacks one nothing is taken over.</param>
    public static async Task<CatalogueBefore> ReadAsync(
        IChunkSource chunks,
        CatalogueStamp stamp,
        Func<ChunkId, bool> holds,
        CancellationToken cancellationToken
    )
    {
        List<CatalogueGroup> groups = [];
        await foreach (CatalogueGroup group in CatalogueTable.ReadAsync(chunks, stamp.Table, cancellationToken))
        {
            if (group.Filters.OfType<ChunkId>().All(holds) && group.Segments.All(row => holds(row.Chunk)))
            {
                groups.Add(group);
            }
        }

        return new CatalogueBefore(chunks, stamp, groups);
    }

    /// <summary>Whether the group of a range of ids can be taken over, be there a segment of the range or not.</summary>
    public bool Covers(long range) => _groups.ContainsKey(range / CatalogueTable.SegmentsPerGroup);

    /// <summary>The segment of a range of ids; null where no node is in it.</summary>
    public CatalogueSegmentRow? Find(long range) => _rows.GetValueOrDefault(range);

    internal IEnumerable<long> HomesIn(CatalogueSegmentRow row) =>
        _stamp.Homes.Where(home => CatalogueTable.NumberOf(home) == row.Number);

    /// <summary>The filters of a group that has these segments and no others; null: it had others.</summary>
    internal IReadOnlyList<ChunkId?>? FiltersOf(long group, IReadOnlyList<CatalogueSegmentRow> segments) =>
        _groups.TryGetValue(group, out CatalogueGroup? before) && before.Segments.SequenceEqual(segments)
            ? before.Filters
            : null;

    /// <summary>The filters of one kind, by segment.</summary>
    internal async Task<IReadOnlyList<CatalogueFilterSection>> ReadFilterAsync(
        long group,
        int kind,
        CancellationToken cancellationToken
    ) =>
        _groups.TryGetValue(group, out CatalogueGroup? before) && before.Filters[kind] is { } filter
            ? CatalogueFilter.ReadSections(await _chunks.ReadChunkAsync(filter, ChunkClass.Metadata, cancellationToken))
            : [];
}
