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

    private CatalogueReader(CatalogueSegments segments, CatalogueStamp catalogue, List<CatalogueGroup> groups)
    {
        (_segments, _catalogue, _groups) = (segments, catalogue, groups);
        _rows = [.. groups.SelectMany(static group => group.Segments)];
    }

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
            groups.Add(group);
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
        if (id < 0)
        {
            return null;
        }

        int found = Array.BinarySearch(
            _rows,
            new CatalogueSegmentRow(CatalogueTable.NumberOf(id), default, 0, 0),
            Comparer<CatalogueSegmentRow>.Create(static (left, right) => left.Number.CompareTo(right.Number))
        );
        return found < 0
            ? null
            : (await _segments.ReadAsync(_rows[found], cancellationToken)).FirstOrDefault(node => node.Id == id);
    }

    /// <summary>The nodes of a UUID, one for each store that has it.</summary>
    public Task<List<CatalogueNode>> FindByUuidAsync(string uuid, CancellationToken cancellationToken) =>
        FindAllAsync(
            CatalogueKeyKind.Uuid,
            [CatalogueKey.OfUuid(uuid)],
            node => string.Equals(node.Uuid, uuid, StringComparison.OrdinalIgnoreCase),
            cancellationToken
        );

    /// <summary>The versions of the document that has, or had, a UUID.</summary>
    public Task<List<CatalogueNode>> FindVersionsAsync(string uuid, CancellationToken cancellationToken) =>
        FindAllAsync(
            CatalogueKeyKind.Uuid,
            [CatalogueKey.OfVersion(uuid)],
            node => string.Equals(node.VersionOf, uuid, StringComparison.OrdinalIgnoreCase),
            cancellationToken
        );

    /// <summary>The nodes of a name, whatever the case of its letters.</summary>
    public Task<List<CatalogueNode>> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        FindAllAsync(
            CatalogueKeyKind.Name,
            [CatalogueKey.OfName(name)],
            node => CatalogueKey.Fold(node.Name) == CatalogueKey.Fold(name),
            cancellationToken
        );

    /// <summary>The nodes at a path, such as <c>Sites/x/documentLibrary/y.pdf</c>; see <see cref="PathOfAsync"/>.</summary>
    public async Task<List<CatalogueNode>> FindByPathAsync(string path, CancellationToken cancellationToken)
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
            found.AddRange(await WalkAsync(home, names, cancellationToken));
            if (isNamed)
            {
                found.AddRange(await WalkAsync(home, names[1..], cancellationToken));
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
        IAsyncEnumerable<CatalogueNode> nodes = FindAsync(
            CatalogueKeyKind.Url,
            [.. wanted.Select(CatalogueKey.OfUrl)],
            node => node.Contents.Any(content => wanted.Contains(content.Url)),
            cancellationToken
        );
        await foreach (CatalogueNode node in nodes)
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
            List<CatalogueNode> documents = await FindByUuidAsync(node.VersionOf, cancellationToken);
            return documents.Find(static document => document.VersionOf.Length == 0) is { } current
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

    private async Task<List<CatalogueNode>> WalkAsync(long home, string[] names, CancellationToken cancellationToken)
    {
        List<long> parents = [home];
        List<CatalogueNode> found = [];
        foreach (string name in names)
        {
            string folded = CatalogueKey.Fold(name);
            found = await FindAllAsync(
                CatalogueKeyKind.Child,
                [.. parents.Select(parent => CatalogueKey.OfChild(parent, name))],
                node => parents.Contains(node.Parent) && CatalogueKey.Fold(node.Name) == folded,
                cancellationToken
            );
            parents = [.. found.Select(static node => node.Id)];
            if (parents.Count == 0)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>A path outside of Company Home, or of a database in which none is marked.</summary>
    private async Task<List<CatalogueNode>> FindElsewhereAsync(string[] names, CancellationToken cancellationToken)
    {
        string path = CatalogueKey.Fold(string.Join('/', names));
        List<CatalogueNode> found = [];
        foreach (CatalogueNode node in await FindByNameAsync(names[^1], cancellationToken))
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

    private async Task<List<CatalogueNode>> FindAllAsync(
        CatalogueKeyKind kind,
        IReadOnlyCollection<CatalogueKey> keys,
        Func<CatalogueNode, bool> isWanted,
        CancellationToken cancellationToken
    )
    {
        List<CatalogueNode> found = [];
        await foreach (CatalogueNode node in FindAsync(kind, keys, isWanted, cancellationToken))
        {
            found.Add(node);
        }

        return found;
    }

    private async IAsyncEnumerable<CatalogueNode> FindAsync(
        CatalogueKeyKind kind,
        IReadOnlyCollection<CatalogueKey> keys,
        Func<CatalogueNode, bool> isWanted,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        HashSet<CatalogueSegmentRow> candidates = await FilterAsync(kind, keys, cancellationToken);
        await foreach (CatalogueNode node in ReadAsync(candidates.Contains, cancellationToken))
        {
            if (isWanted(node))
            {
                yield return node;
            }
        }
    }

    /// <summary>The segments that may have a node of one of the keys.</summary>
    private async Task<HashSet<CatalogueSegmentRow>> FilterAsync(
        CatalogueKeyKind kind,
        IReadOnlyCollection<CatalogueKey> keys,
        CancellationToken cancellationToken
    )
    {
        HashSet<CatalogueSegmentRow> found = [];
        IEnumerable<CatalogueGroup> groups = _groups.Where(group => group.Filters[(int)kind] is not null);
        foreach (CatalogueGroup[] batch in groups.Chunk(CatalogueSegments.Batch))
        {
            IReadOnlyList<int> notRead = await _segments.Chunks.ReadManyAsync(
                [.. batch.Select(group => group.Filters[(int)kind]!.Value)],
                ChunkClass.Metadata,
                (number, filter) => Take(batch[number], filter),
                cancellationToken
            );
            foreach (int number in notRead)
            {
                ChunkId filter = batch[number].Filters[(int)kind]!.Value;
                Take(
                    batch[number],
                    await _segments.Chunks.ReadChunkAsync(filter, ChunkClass.Metadata, cancellationToken)
                );
            }
        }

        return found;

        void Take(CatalogueGroup group, ReadOnlySpan<byte> filter)
        {
            List<int> positions = CatalogueFilter.Find(filter, keys);
            found.UnionWith(
                group.Segments.Where(row => positions.Contains((int)(row.Number % CatalogueTable.SegmentsPerGroup)))
            );
        }
    }
}
