using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// Looks nodes up in a set's catalogue. A look-up reads the filters of its kind, two bytes for each node, and the
/// segments that they name; what cannot be read is a <see cref="PermanentException"/> of kind Repository. Memory is
/// bounded, but for some 40 bytes a segment. For one caller at a time.
/// </summary>
public sealed class CatalogueReader
{
    /// <summary>No tree of folders is deeper; a row that is its own ancestor ends here.</summary>
    private const int MaxDepth = 1000;

    private readonly CatalogueSegments _segments;
    private readonly CatalogueStamp _catalogue;
    private readonly List<CatalogueGroup> _groups;
    private readonly CatalogueSegmentRow[] _rows;
    private ChunkId?[]? _folders;
    private bool _lacksFolders;

    private CatalogueReader(CatalogueSegments segments, CatalogueStamp catalogue, List<CatalogueGroup> groups)
    {
        (_segments, _catalogue, _groups) = (segments, catalogue, groups);
        _rows = [.. groups.SelectMany(static group => group.Segments)];
    }

    internal IReadOnlyList<long> Homes => _catalogue.Homes;

    /// <summary>The segments, in order.</summary>
    public IReadOnlyList<CatalogueSegmentRow> Rows => _rows;

    /// <summary>Reads the catalogue's table.</summary>
    /// <param name="segments">May serve the catalogues of several sets.</param>
    public static async Task<CatalogueReader> OpenAsync(
        CatalogueSegments segments,
        CatalogueStamp catalogue,
        CancellationToken cancellationToken
    )
    {
        List<CatalogueGroup> groups = [];
        await foreach (
            CatalogueGroup group in CatalogueTable.ReadAsync(segments.Chunks, catalogue.Table, cancellationToken)
        )
        {
            groups.Add(group with { Segments = [.. group.Segments.Select(segments.Share)] });
        }

        return new CatalogueReader(segments, catalogue, groups);
    }

    /// <summary>All nodes, in order of their ids, or those of some segments.</summary>
    public async IAsyncEnumerable<CatalogueNode> ReadAsync(
        Func<CatalogueSegmentRow, bool>? wants,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        IEnumerable<CatalogueSegmentRow> rows = wants is null ? _rows : _rows.Where(wants);
        foreach (CatalogueSegmentRow[] batch in rows.Chunk(CatalogueSegments.Batch))
        {
            await _segments.ReadAheadAsync(batch, cancellationToken);
            foreach (CatalogueSegmentRow row in batch)
            {
                foreach (CatalogueNode node in await _segments.ReadAsync(row, cancellationToken))
                {
                    yield return node;
                }
            }
        }
    }

    /// <summary>The node of a row of <c>alf_node</c>; null where the catalogue has none.</summary>
    public async ValueTask<CatalogueNode?> FindAsync(long id, CancellationToken cancellationToken)
    {
        CatalogueSegmentRow? row = RowOf(id);
        return row is null
            ? null
            : (await _segments.ReadAsync(row, cancellationToken)).FirstOrDefault(node => node.Id == id);
    }

    /// <summary>The segment that has the range of an id; null where the catalogue has none.</summary>
    internal CatalogueSegmentRow? RowOf(long id)
    {
        int found =
            id < 0
                ? -1
                : Array.BinarySearch(
                    _rows,
                    new CatalogueSegmentRow(CatalogueTable.NumberOf(id), default, 0, 0),
                    Comparer<CatalogueSegmentRow>.Create(static (left, right) => left.Number.CompareTo(right.Number))
                );
        return found < 0 ? null : _rows[found];
    }

    /// <summary>The nodes of a UUID, one for each store that has it.</summary>
    public Task<IReadOnlyList<CatalogueNode>> FindByUuidAsync(string uuid, CancellationToken cancellationToken) =>
        FindAllAsync(CatalogueLookup.OfUuid(uuid), cancellationToken);

    /// <summary>The versions of the document that has, or had, a UUID.</summary>
    public Task<IReadOnlyList<CatalogueNode>> FindVersionsAsync(string uuid, CancellationToken cancellationToken) =>
        FindAllAsync(CatalogueLookup.OfVersionsOf(uuid), cancellationToken);

    /// <summary>The nodes of a name, whatever the case of its letters.</summary>
    public Task<IReadOnlyList<CatalogueNode>> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        FindAllAsync(CatalogueLookup.OfName(name), cancellationToken);

    /// <summary>The same one by one: a name may be that of as many nodes as there are documents.</summary>
    public IAsyncEnumerable<CatalogueNode> ReadByNameAsync(string name, CancellationToken cancellationToken) =>
        FindAsync(CatalogueLookup.OfName(name), cancellationToken);

    /// <summary>The nodes at a path, such as <c>Sites/x/documentLibrary/y.pdf</c>; see <see cref="PathOfAsync"/>.</summary>
    public async Task<IReadOnlyList<CatalogueNode>> FindByPathAsync(string path, CancellationToken cancellationToken)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            return [];
        }

        List<CatalogueNode> found = [];
        foreach (long home in _catalogue.Homes)
        {
            bool isNamed =
                await FindAsync(home, cancellationToken) is { } node
                && CatalogueKey.Fold(node.Name) == CatalogueKey.Fold(names[0]);
            found.AddRange(await WalkAsync([home], names, cancellationToken));
            if (isNamed)
            {
                found.AddRange(await WalkAsync([home], names[1..], cancellationToken));
            }
        }

        return found.Count > 0 ? found : await FindElsewhereAsync(names, cancellationToken);
    }

    /// <summary>
    /// Who uses content URLs: each node once for each of its properties that names one of them, in the order of the
    /// catalogue. Meant for batches of up to some thousands.
    /// </summary>
    public async IAsyncEnumerable<ContentUse> FindUsesAsync(
        IReadOnlyCollection<string> urls,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        HashSet<string> wanted = new(urls, StringComparer.Ordinal);
        await foreach (CatalogueNode node in FindAsync(CatalogueLookup.OfUrls(wanted), cancellationToken))
        {
            string? path = await PathOfAsync(node, cancellationToken);
            foreach (CatalogueContent content in node.Contents.Where(content => wanted.Contains(content.Url)))
            {
                yield return new ContentUse(node, content, path);
            }
        }
    }

    /// <summary>
    /// The names of the folders below Company Home, and of the node, joined by <c>/</c>: of a version, the path of its
    /// document. Outside of Company Home it begins below the store's root. Null where the database does not say it.
    /// </summary>
    public async ValueTask<string?> PathOfAsync(CatalogueNode node, CancellationToken cancellationToken)
    {
        if (node.VersionOf.Length > 0)
        {
            IReadOnlyList<CatalogueNode> documents = await FindByUuidAsync(node.VersionOf, cancellationToken);
            return documents.FirstOrDefault(static document => document.VersionOf.Length == 0) is { } current
                ? await PathOfAsync(current, cancellationToken)
                : null;
        }

        if (node.Parent == 0)
        {
            return null;
        }

        List<string> names = [];
        for (CatalogueNode? at = node; at is { IsHome: false }; at = await FindAsync(at.Parent, cancellationToken))
        {
            names.Add(at.Title);
            if (at.Parent == 0)
            {
                break;
            }

            if (names.Count > MaxDepth)
            {
                return null;
            }
        }

        names.Reverse();
        return string.Join('/', names);
    }

    private async Task<IReadOnlyList<CatalogueNode>> WalkAsync(
        List<long> parents,
        string[] names,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<CatalogueNode> found = [];
        foreach (string name in names)
        {
            found = await FindAllAsync(CatalogueLookup.OfChildren(parents, name), cancellationToken);
            parents = [.. found.Select(static node => node.Id)];
            if (parents.Count == 0)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>A path outside of Company Home, or of a database in which none is marked.</summary>
    private async Task<IReadOnlyList<CatalogueNode>> FindElsewhereAsync(
        string[] names,
        CancellationToken cancellationToken
    )
    {
        List<CatalogueNode> found = await FindTopsAsync(names[0], cancellationToken).ToListAsync(cancellationToken);
        if (found.Count > 0 && names.Length > 1)
        {
            found = [.. await WalkAsync([.. found.Select(static top => top.Id)], names[1..], cancellationToken)];
        }

        // A folder without a name is called by its UUID, which nothing leads down to.
        if (found.Count > 0 || !Array.Exists(names, static name => Guid.TryParse(name, out _)))
        {
            return found;
        }

        string path = CatalogueKey.Fold(string.Join('/', names));
        await foreach (CatalogueNode node in ReadByNameAsync(names[^1], cancellationToken))
        {
            if (
                node.VersionOf.Length == 0
                && await PathOfAsync(node, cancellationToken) is { } own
                && CatalogueKey.Fold(own) == path
            )
            {
                found.Add(node);
            }
        }

        return found;
    }

    private async Task<IReadOnlyList<CatalogueNode>> FindAllAsync(
        CatalogueLookup lookup,
        CancellationToken cancellationToken
    )
    {
        List<CatalogueNode> found = [];
        await foreach (CatalogueNode node in FindAsync(lookup, cancellationToken))
        {
            found.Add(node);
        }

        return found;
    }

    private async IAsyncEnumerable<CatalogueNode> FindAsync(
        CatalogueLookup lookup,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        IReadOnlySet<CatalogueSegmentRow> candidates = await FindSegmentsAsync(lookup, cancellationToken);
        await foreach (CatalogueNode node in ReadAsync(candidates.Contains, cancellationToken))
        {
            if (lookup.Wants(node))
            {
                yield return node;
            }
        }
    }

    /// <summary>The segments that may have a node that is looked up.</summary>
    public async Task<IReadOnlySet<CatalogueSegmentRow>> FindSegmentsAsync(
        CatalogueLookup lookup,
        CancellationToken cancellationToken
    )
    {
        int kind = (int)lookup.Kind;
        HashSet<CatalogueSegmentRow> found = [];
        IEnumerable<CatalogueGroup> groups = _groups.Where(group => group.Filters[kind] is not null);
        foreach (CatalogueGroup[] batch in groups.Chunk(CatalogueSegments.Batch))
        {
            await _segments.Filters.LookAsync(
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

        return found;
    }

    /// <summary>
    /// The segments that may have a document at a path that begins where those of <see cref="PathOfAsync"/> do; null: all
    /// may.
    /// </summary>
    public Task<IReadOnlySet<CatalogueSegmentRow>?> FindSegmentsAsync(
        IReadOnlyList<PathStep> path,
        CancellationToken cancellationToken
    ) => new CatalogueWalk(this, cancellationToken).FindAsync(path);

    /// <summary>
    /// The segments that have a node in one of these folders; null: this catalogue does not tell. So it is where its lists
    /// are lost, as by a prune of an earlier version: all segments tell the same.
    /// </summary>
    internal async Task<IReadOnlySet<CatalogueSegmentRow>?> FindSegmentsInAsync(
        IReadOnlySet<long> folders,
        CancellationToken cancellationToken
    )
    {
        if (_catalogue.Folders is not { } stored || _lacksFolders)
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

    private async Task<IReadOnlySet<CatalogueSegmentRow>> LookIntoFoldersAsync(
        ContentRef stored,
        IReadOnlySet<long> folders,
        CancellationToken cancellationToken
    )
    {
        _folders ??= await CatalogueFolders.ReadAsync(_segments.Chunks, stored, _groups.Count, cancellationToken);
        Dictionary<ChunkId, List<int>> positions = [];
        await _segments.Filters.LookAsync(
            [.. _folders.OfType<ChunkId>().Distinct()],
            (id, lists) => positions[id] = CatalogueFolders.Find(lists, folders),
            cancellationToken
        );
        HashSet<CatalogueSegmentRow> found = [];
        for (int i = 0; i < _groups.Count; i++)
        {
            if (_folders[i] is { } id)
            {
                found.UnionWith(
                    _groups[i]
                        .Segments.Where(row =>
                            positions[id].Contains((int)(row.Number % CatalogueTable.SegmentsPerGroup))
                        )
                );
            }
        }

        return found;
    }

    /// <summary>The nodes of a name at which a path begins outside of Company Home.</summary>
    internal async IAsyncEnumerable<CatalogueNode> FindTopsAsync(
        string name,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (CatalogueNode node in ReadByNameAsync(name, cancellationToken))
        {
            if (
                node is { IsHome: false, VersionOf.Length: 0 }
                && (node.Parent == 0 || await FindAsync(node.Parent, cancellationToken) is null)
            )
            {
                yield return node;
            }
        }
    }
}
