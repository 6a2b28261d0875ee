using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// Tells by the filters and the lists of folders of a catalogue's groups which of its segments may have what is looked
/// up.
/// </summary>
/// <param name="folderLists">Where the lists of folders are named; null: the catalogue has none.</param>
internal sealed class CatalogueGroups(
    CatalogueSegments segments,
    IReadOnlyList<CatalogueGroup> groups,
    ContentRef? folderLists
)
{
    private ChunkId?[]? _folders;
    private bool _lacksFolders;

    /// <summary>The segments that may have a node that is looked up.</summary>
    public async Task<IReadOnlySet<CatalogueSegmentRow>> FindAsync(
        CatalogueLookup lookup,
        CancellationToken cancellationToken
    )
    {
        HashSet<CatalogueSegmentRow> found = [];
        for (CatalogueLookup? each = lookup; each is not null; each = each.Further)
        {
            await AddAsync(found, each, cancellationToken);
        }

        return found;
    }

    /// <summary>
    /// The segments that have a node in one of these folders; null: this catalogue does not tell. So it is where its lists
    /// are lost, as by a prune of an earlier version: all segments tell the same.
    /// </summary>
    public async Task<IReadOnlySet<CatalogueSegmentRow>?> FindInAsync(
        IReadOnlySet<long> folders,
        CancellationToken cancellationToken
    )
    {
        if (folderLists is not { } stored || _lacksFolders)
        {
            return null;
        }

        try
        {
            return await LookIntoFoldersAsync(stored, folders, cancellationToken);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            _lacksFolders = true;
            return null;
        }
    }

    private async Task AddAsync(
        HashSet<CatalogueSegmentRow> found,
        CatalogueLookup lookup,
        CancellationToken cancellationToken
    )
    {
        int kind = (int)lookup.Kind;
        IEnumerable<CatalogueGroup> filtered = groups.Where(group => group.Filters[kind] is not null);
        foreach (CatalogueGroup[] batch in filtered.Chunk(CatalogueSegments.Batch))
        {
            await segments.Filters.LookAsync(
                [
                    .. batch
                        .Select(group => group.Filters[kind]!.Value)
                        .Where(id => !lookup.Positions.ContainsKey(id))
                        .Distinct(),
                ],
                (id, filter) => lookup.Positions[id] = CatalogueFilter.Find(filter, lookup.Keys),
                cancellationToken
            );
            foreach (CatalogueGroup group in batch)
            {
                List<int> positions = lookup.Positions[group.Filters[kind]!.Value];
                found.UnionWith(
                    group.Segments.Where(row => positions.Contains((int)(row.Number % CatalogueTable.SegmentsPerGroup)))
                );
            }
        }
    }

    private async Task<IReadOnlySet<CatalogueSegmentRow>> LookIntoFoldersAsync(
        ContentRef stored,
        IReadOnlySet<long> folders,
        CancellationToken cancellationToken
    )
    {
        _folders ??= await CatalogueFolders.ReadAsync(segments.Chunks, stored, groups.Count, cancellationToken);
        Dictionary<ChunkId, List<int>> positions = [];
        await segments.Filters.LookAsync(
            [.. _folders.OfType<ChunkId>().Distinct()],
            (id, lists) => positions[id] = CatalogueFolders.Find(lists, folders),
            cancellationToken
        );
        HashSet<CatalogueSegmentRow> found = [];
        for (int i = 0; i < groups.Count; i++)
        {
            if (_folders[i] is { } id)
            {
                found.UnionWith(
                    groups[i]
                        .Segments.Where(row =>
                            positions[id].Contains((int)(row.Number % CatalogueTable.SegmentsPerGroup))
                        )
                );
            }
        }

        return found;
    }
}
