using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// Segments of the catalogues of any sets, the least recently used given up first: sets share most of them. For one
/// caller at a time.
/// </summary>
public sealed class CatalogueSegments(IChunkSource chunks, long maxBytes = 32 << 20)
{
    /// <summary>
    /// In memory, as <see cref="WeightOf"/> estimates it: some 96 usual segments. A segment by itself may have more, and is
    /// kept until the next one is read.
    /// </summary>
    private readonly long _maxBytes = maxBytes;

    private long _bytes;

    private readonly LinkedList<(CatalogueSegmentRow Row, List<CatalogueNode> Nodes)> _order = new();
    private readonly Dictionary<
        CatalogueSegmentRow,
        LinkedListNode<(CatalogueSegmentRow Row, List<CatalogueNode> Nodes)>
    > _nodes = [];

    private readonly Dictionary<CatalogueSegmentRow, CatalogueSegmentRow> _rows = [];

    /// <summary>Segments read at once, at most.</summary>
    public const int Batch = 32;

    /// <summary>Segments that were read from the repository so far.</summary>
    public long Read { get; private set; }

    internal IChunkSource Chunks => chunks;

    internal CatalogueFilters Filters { get; } = new(chunks);

    /// <summary>The nodes of a segment, in order of their ids.</summary>
    /// <exception cref="Platform.Errors.PermanentException">Kind Repository: it is lost or damaged.</exception>
    public async ValueTask<IReadOnlyList<CatalogueNode>> ReadAsync(
        CatalogueSegmentRow row,
        CancellationToken cancellationToken
    )
    {
        if (_nodes.TryGetValue(row, out var known))
        {
            _order.Remove(known);
            _order.AddFirst(known);
            return known.Value.Nodes;
        }

        byte[] plain = await chunks.ReadChunkAsync(row.Chunk, ChunkClass.Metadata, cancellationToken);
        List<CatalogueNode> nodes = CatalogueSegment.Decode(plain, row);
        Keep(row, nodes);
        return nodes;
    }

    /// <summary>
    /// Reads up to <see cref="Batch"/> of them with few requests, so that <see cref="ReadAsync"/> has them at hand.
    /// </summary>
    /// <param name="rows">Of the segments.</param>
    /// <param name="part">What a node that is asked for has in its name; null: not known.</param>
    /// <param name="cancellationToken">Ends it between two requests.</param>
    /// <returns>Segments that have it nowhere, which are not at hand.</returns>
    public async ValueTask<IReadOnlySet<CatalogueSegmentRow>> ReadAheadAsync(
        IReadOnlyList<CatalogueSegmentRow> rows,
        NamePart? part,
        CancellationToken cancellationToken
    )
    {
        HashSet<CatalogueSegmentRow> without = [];
        CatalogueSegmentRow[] wanted = [.. rows.Where(row => !_nodes.ContainsKey(row))];
        if (wanted.Length > 1)
        {
            // Those that are not read here are read again by themselves, which says why they cannot be.
            await chunks.ReadManyAsync(
                [.. wanted.Select(static row => row.Chunk)],
                ChunkClass.Metadata,
                Take,
                cancellationToken
            );
        }

        return without;

        void Take(int number, ReadOnlySpan<byte> plain)
        {
            if (part?.IsIn(plain) == false)
            {
                Read++;
                without.Add(wanted[number]);
            }
            else
            {
                Keep(wanted[number], CatalogueSegment.Decode(plain, wanted[number]));
            }
        }
    }

    /// <summary>Tables of many sets name the same segments: each is in memory once.</summary>
    internal CatalogueSegmentRow Share(CatalogueSegmentRow row)
    {
        if (_rows.TryGetValue(row, out CatalogueSegmentRow? known))
        {
            return known;
        }

        _rows.Add(row, row);
        return row;
    }

    private void Keep(CatalogueSegmentRow row, List<CatalogueNode> nodes)
    {
        Read++;
        if (!_nodes.ContainsKey(row))
        {
            _nodes[row] = _order.AddFirst((row, nodes));
            _bytes += WeightOf(nodes);
        }

        while (_bytes > _maxBytes && _order.Count > 1)
        {
            _bytes -= WeightOf(_order.Last!.Value.Nodes);
            _nodes.Remove(_order.Last.Value.Row);
            _order.RemoveLast();
        }
    }

    /// <summary>Objects and their texts; those that nodes share count for each.</summary>
    private static long WeightOf(List<CatalogueNode> nodes)
    {
        const int Node = 160;
        const int Content = 100;
        long characters = 0;
        long contents = 0;
        foreach (CatalogueNode node in nodes)
        {
            contents += node.Contents.Length;
            characters += node.Uuid.Length + node.Name.Length + node.Label.Length + node.VersionOf.Length;
            foreach (CatalogueContent content in node.Contents)
            {
                characters += content.Url.Length;
            }
        }

        return (nodes.Count * Node) + (contents * Content) + (characters * sizeof(char));
    }
}
