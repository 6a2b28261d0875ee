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
    private readonly CatalogueSegments _segments;
    private readonly CatalogueGroups _groups;
    private readonly CataloguePaths _paths;
    private readonly CatalogueSegmentRow[] _rows;

    private CatalogueReader(CatalogueSegments segments, CatalogueStamp catalogue, List<CatalogueGroup> groups)
    {
        _segments = segments;
        _groups = new CatalogueGroups(segments, groups, catalogue.Folders);
        _paths = new CataloguePaths(this);
        _rows = [.. groups.SelectMany(static group => group.Segments)];
        Homes = catalogue.Homes;
    }

    internal IReadOnlyList<long> Homes { get; }

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
            await _segments.ReadAheadAsync(batch, part: null, cancellationToken);
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

    /// <summary>The versions of the document that has, or had, a UUID, one by one: it may have any number.</summary>
    public IAsyncEnumerable<CatalogueNode> ReadVersionsAsync(string uuid, CancellationToken cancellationToken) =>
        FindAsync(CatalogueLookup.OfVersionsOf(uuid), cancellationToken);

    /// <summary>The nodes of a name, whatever the case of its letters; one that has none is called by its UUID.</summary>
    public Task<IReadOnlyList<CatalogueNode>> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        FindAllAsync(CatalogueLookup.OfName(name), cancellationToken);

    /// <summary>The same one by one: a name may be that of as many nodes as there are documents.</summary>
    public IAsyncEnumerable<CatalogueNode> ReadByNameAsync(string name, CancellationToken cancellationToken) =>
        FindAsync(CatalogueLookup.OfName(name), cancellationToken);

    /// <summary>The nodes at a path, such as <c>Sites/x/documentLibrary/y.pdf</c>; see <see cref="PathOfAsync"/>.</summary>
    public Task<IReadOnlyList<CatalogueNode>> FindByPathAsync(string path, CancellationToken cancellationToken) =>
        _paths.FindAsync(path, cancellationToken);

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
    public ValueTask<string?> PathOfAsync(CatalogueNode node, CancellationToken cancellationToken) =>
        _paths.OfAsync(node, cancellationToken);

    internal async Task<IReadOnlyList<CatalogueNode>> FindAllAsync(
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
    public Task<IReadOnlySet<CatalogueSegmentRow>> FindSegmentsAsync(
        CatalogueLookup lookup,
        CancellationToken cancellationToken
    ) => _groups.FindAsync(lookup, cancellationToken);

    /// <summary>
    /// The segments that may have a document at a path that begins where those of <see cref="PathOfAsync"/> do; null: all
    /// may.
    /// </summary>
    public Task<IReadOnlySet<CatalogueSegmentRow>?> FindSegmentsAsync(
        IReadOnlyList<PathStep> path,
        CancellationToken cancellationToken
    ) => new CatalogueWalk(this, cancellationToken).FindAsync(path);

    /// <inheritdoc cref="CatalogueGroups.FindInAsync"/>
    internal Task<IReadOnlySet<CatalogueSegmentRow>?> FindSegmentsInAsync(
        IReadOnlySet<long> folders,
        CancellationToken cancellationToken
    ) => _groups.FindInAsync(folders, cancellationToken);

    /// <summary>The nodes of a name at which a path begins outside of Company Home.</summary>
    internal async IAsyncEnumerable<CatalogueNode> FindTopsAsync(
        string name,
        bool onlyNamed,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        CatalogueLookup called = CatalogueLookup.OfName(name);
        await foreach (CatalogueNode node in FindAsync(onlyNamed ? called.OfNamed() : called, cancellationToken))
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
