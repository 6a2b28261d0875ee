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
        // Without lists of folders nothing is taken over: which folders a segment has is known to who reads it alone.
        IReadOnlyList<CatalogueGroup> groups = stamp.Folders is null
            ? []
            : await CatalogueTable.ReadWithFoldersAsync(chunks, stamp, cancellationToken);
        return new CatalogueBefore(chunks, stamp, [.. groups.Where(group => group.Chunks.All(holds))]);
    }

    /// <summary>Whether the group of a range of ids can be taken over, be there a segment of the range or not.</summary>
    public bool Covers(long range) => _groups.ContainsKey(range / CatalogueTable.SegmentsPerGroup);

    /// <summary>The segment of a range of ids; null where no node is in it.</summary>
    public CatalogueSegmentRow? Find(long range) => _rows.GetValueOrDefault(range);

    internal IEnumerable<long> HomesIn(CatalogueSegmentRow row) =>
        _stamp.Homes.Where(home => CatalogueTable.NumberOf(home) == row.Number);

    /// <summary>The group, where it has these segments and no others; null: it had others.</summary>
    internal CatalogueGroup? FindGroup(long group, IReadOnlyList<CatalogueSegmentRow> segments) =>
        _groups.TryGetValue(group, out CatalogueGroup? before) && before.Segments.SequenceEqual(segments)
            ? before
            : null;

    /// <summary>The filters of one kind, by segment.</summary>
    internal async Task<IReadOnlyList<CatalogueSection>> ReadFilterAsync(
        long group,
        int kind,
        CancellationToken cancellationToken
    ) =>
        _groups.TryGetValue(group, out CatalogueGroup? before) && before.Filters[kind] is { } filter
            ? CatalogueFilter.ReadSections(await _chunks.ReadChunkAsync(filter, ChunkClass.Metadata, cancellationToken))
            : [];

    /// <summary>The lists of folders, by segment.</summary>
    internal async Task<IReadOnlyList<CatalogueSection>> ReadFoldersAsync(
        long group,
        CancellationToken cancellationToken
    ) =>
        _groups.TryGetValue(group, out CatalogueGroup? before) && before.Folders is { } folders
            ? CatalogueFolders.ReadSections(
                await _chunks.ReadChunkAsync(folders, ChunkClass.Metadata, cancellationToken)
            )
            : [];
}
