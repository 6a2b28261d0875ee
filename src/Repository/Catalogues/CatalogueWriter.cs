using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Sorting;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// Writes a catalogue of nodes, given in order of their ids. A segment has the nodes of a fixed range of ids, so that one
/// in which nothing changed has the same bytes whatever its neighbours do. The filters of one kind are stored one after
/// the other: who looks something up reads those alone. Memory is bounded, but for some 60 bytes a segment.
/// </summary>
/// <param name="spillDirectory">For the filters, until they are stored; it exists.</param>
public sealed class CatalogueWriter(IChunkWriter chunks, string spillDirectory) : IDisposable
{
    private const int KeyBytes = 1 + sizeof(long);

    private readonly ExternalSort _filters = new(
        spillDirectory,
        static (left, right) => left[..KeyBytes].SequenceCompareTo(right[..KeyBytes]),
        memoryBytes: 8 << 20
    );
    private readonly List<CatalogueNode> _nodes = [];
    private readonly List<CatalogueSegmentRow> _segments = [];
    private readonly List<(int Position, List<CatalogueKey> Keys)>[] _keys =
    [
        [],
        [],
        [],
        [],
    ];
    private readonly List<CatalogueGroup> _groups = [];
    private readonly ImmutableArray<long>.Builder _homes = ImmutableArray.CreateBuilder<long>();
    private long _last = -1;
    private long _written;
    private long _contents;

    /// <summary>Adds the next node.</summary>
    /// <exception cref="ArgumentException">It is out of order.</exception>
    /// <exception cref="FormatException">It is more than a catalogue has room for.</exception>
    public async ValueTask AddAsync(CatalogueNode node, CancellationToken cancellationToken)
    {
        if (node.Id <= _last)
        {
            throw new ArgumentException($"Node {node.Id} does not come after node {_last}.", nameof(node));
        }

        if (_last >= 0 && CatalogueTable.NumberOf(node.Id) != CatalogueTable.NumberOf(_last))
        {
            await EndSegmentAsync(cancellationToken);
            if (GroupOf(node.Id) != GroupOf(_last))
            {
                EndGroup();
            }
        }

        RequireFits(node.Uuid);
        RequireFits(node.Name);
        RequireFits(node.Label);
        foreach (CatalogueContent content in node.Contents)
        {
            RequireFits(content.Url);
        }

        if (node.IsHome && _homes.Count < CatalogueStamp.MaxHomes)
        {
            _homes.Add(node.Id);
        }

        _nodes.Add(node);
        _last = node.Id;
        _written++;
        _contents += node.Contents.Length;
    }

    /// <summary>Ends the catalogue. Called once.</summary>
    public async Task<CatalogueStamp> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_nodes.Count > 0)
        {
            await EndSegmentAsync(cancellationToken);
            EndGroup();
        }

        Dictionary<long, ChunkId?[]> filters = _groups.ToDictionary(
            group => group.Number,
            _ => new ChunkId?[CatalogueKey.Kinds]
        );
        foreach (ReadOnlyMemory<byte> record in _filters.ReadSorted())
        {
            long group = BinaryPrimitives.ReadInt64BigEndian(record.Span[1..]);
            filters[group][record.Span[0]] = await chunks.AddChunkAsync(
                ChunkClass.Metadata,
                record[KeyBytes..],
                cancellationToken
            );
        }

        ContentRef table = await CatalogueTable.WriteAsync(
            chunks,
            _groups.Select(group => group with { Filters = filters[group.Number] }),
            cancellationToken
        );
        return new CatalogueStamp(table, _written, _contents, _homes.ToImmutable());
    }

    public void Dispose() => _filters.Dispose();

    private static long GroupOf(long id) => CatalogueTable.NumberOf(id) / CatalogueTable.SegmentsPerGroup;

    private static void RequireFits(string text)
    {
        if (
            text.Length > CatalogueNode.MaxTextBytes / 3
            && Encoding.UTF8.GetByteCount(text) > CatalogueNode.MaxTextBytes
        )
        {
            throw new FormatException($"a text of {text.Length} characters is too long");
        }
    }

    private async ValueTask EndSegmentAsync(CancellationToken cancellationToken)
    {
        byte[] plain = CatalogueSegment.Encode(_nodes);
        long number = CatalogueTable.NumberOf(_last);
        int position = (int)(number % CatalogueTable.SegmentsPerGroup);
        _segments.Add(
            new CatalogueSegmentRow(
                number,
                await chunks.AddChunkAsync(ChunkClass.Metadata, plain, cancellationToken),
                _nodes.Count,
                _nodes.Sum(static node => node.Contents.Length)
            )
        );
        foreach (List<(int Position, List<CatalogueKey> Keys)> kind in _keys)
        {
            kind.Add((position, []));
        }

        foreach ((CatalogueKeyKind kind, CatalogueKey key) in _nodes.SelectMany(CatalogueKey.AllOf))
        {
            _keys[(int)kind][^1].Keys.Add(key);
        }

        _nodes.Clear();
    }

    private void EndGroup()
    {
        long number = _segments[0].Number / CatalogueTable.SegmentsPerGroup;
        for (int kind = 0; kind < _keys.Length; kind++)
        {
            if (_keys[kind].Exists(static segment => segment.Keys.Count > 0))
            {
                byte[] filter = CatalogueFilter.Encode(
                    _keys[kind]
                        .Select(static segment => (segment.Position, (IReadOnlyCollection<CatalogueKey>)segment.Keys))
                );
                byte[] record = new byte[KeyBytes + filter.Length];
                record[0] = (byte)kind;
                BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(1), number);
                filter.CopyTo(record, KeyBytes);
                if (record.Length > ExternalSort.MaxRecordBytes)
                {
                    throw new FormatException(
                        $"the nodes of group {number} have more contents than a filter has room for"
                    );
                }

                _filters.Add(record);
            }

            _keys[kind].Clear();
        }

        _groups.Add(new CatalogueGroup(number, [], [.. _segments]));
        _segments.Clear();
    }
}
