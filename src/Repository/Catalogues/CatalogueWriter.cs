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
/// <param name="before">Segments of it are taken over; null: none.</param>
public sealed class CatalogueWriter(IChunkWriter chunks, string spillDirectory, CatalogueBefore? before = null)
    : IDisposable
{
    private const int KeyBytes = 1 + sizeof(long);

    /// <summary>Beside the kinds of keys.</summary>
    private const int Folders = CatalogueKey.Kinds;

    private readonly ExternalSort _filters = new(
        spillDirectory,
        static (left, right) => left[..KeyBytes].SequenceCompareTo(right[..KeyBytes]),
        memoryBytes: 8 << 20
    );
    private readonly List<CatalogueNode> _nodes = [];
    private readonly List<CatalogueSegmentRow> _segments = [];

    /// <summary>Of the open group: for each kind of key, and last its lists of folders.</summary>
    private readonly List<CatalogueSection>[] _sections =
    [
        [],
        [],
        [],
        [],
        [],
    ];
    private readonly HashSet<int> _kept = [];
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

        await BeginAsync(CatalogueTable.NumberOf(node.Id), cancellationToken);
        RequireFits(node.Uuid);
        RequireFits(node.Name);
        RequireFits(node.Label);
        RequireFits(node.Store);
        RequireFits(node.VersionOf);
        foreach (CatalogueContent content in node.Contents)
        {
            RequireFits(content.Url);
            RequireFits(content.Property);
            RequireFits(content.Mimetype);
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

    /// <summary>Takes over the next segment as it is in the set before, unread.</summary>
    public async ValueTask KeepAsync(CatalogueSegmentRow row, CancellationToken cancellationToken)
    {
        if (CatalogueTable.LowestOf(row.Number) <= _last)
        {
            throw new ArgumentException($"Segment {row.Number} does not come after node {_last}.", nameof(row));
        }

        await BeginAsync(row.Number, cancellationToken);
        _segments.Add(row);
        _kept.Add((int)(row.Number % CatalogueTable.SegmentsPerGroup));
        _homes.AddRange(before!.HomesIn(row).Take(CatalogueStamp.MaxHomes - _homes.Count));
        _last = CatalogueTable.LowestOf(row.Number) + CatalogueTable.IdsPerSegment - 1;
        _written += row.Nodes;
        _contents += row.Contents;
    }

    /// <summary>Ends the catalogue. Called once.</summary>
    public async Task<CatalogueStamp> CompleteAsync(CancellationToken cancellationToken)
    {
        await EndSegmentAsync(cancellationToken);
        await EndGroupAsync(cancellationToken);
        Dictionary<long, ChunkId?[]> filters = _groups.ToDictionary(
            static group => group.Number,
            static group => group.Filters.Count > 0 ? [.. group.Filters, group.Folders] : new ChunkId?[Folders + 1]
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
            _groups.Select(group => group with { Filters = filters[group.Number][..Folders] }),
            cancellationToken
        );
        return new CatalogueStamp(table, _written, _contents, _homes.ToImmutable())
        {
            Folders = await CatalogueFolders.WriteAsync(
                chunks,
                _groups.Select(group => filters[group.Number][Folders]),
                cancellationToken
            ),
        };
    }

    public void Dispose() => _filters.Dispose();

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

    /// <summary>Ends the open segment and its group where the next segment has another number.</summary>
    private async ValueTask BeginAsync(long number, CancellationToken cancellationToken)
    {
        if (_last < 0 || CatalogueTable.NumberOf(_last) == number)
        {
            return;
        }

        await EndSegmentAsync(cancellationToken);
        if (
            CatalogueTable.NumberOf(_last) / CatalogueTable.SegmentsPerGroup
            != number / CatalogueTable.SegmentsPerGroup
        )
        {
            await EndGroupAsync(cancellationToken);
        }
    }

    private async ValueTask EndSegmentAsync(CancellationToken cancellationToken)
    {
        if (_nodes.Count == 0)
        {
            return;
        }

        byte[] plain = CatalogueSegment.Encode(_nodes);
        long number = CatalogueTable.NumberOf(_nodes[0].Id);
        int position = (int)(number % CatalogueTable.SegmentsPerGroup);
        _segments.Add(
            new CatalogueSegmentRow(
                number,
                await chunks.AddChunkAsync(ChunkClass.Metadata, plain, cancellationToken),
                _nodes.Count,
                _nodes.Sum(static node => node.Contents.Length)
            )
        );
        ILookup<CatalogueKeyKind, CatalogueKey> keys = _nodes
            .SelectMany(CatalogueKey.AllOf)
            .ToLookup(static key => key.Kind, static key => key.Key);
        for (int kind = 0; kind < CatalogueKey.Kinds; kind++)
        {
            _sections[kind].Add(CatalogueFilter.SectionOf(position, [.. keys[(CatalogueKeyKind)kind]]));
        }

        _sections[Folders].Add(CatalogueFolders.SectionOf(position, _nodes));
        _nodes.Clear();
    }

    private async ValueTask EndGroupAsync(CancellationToken cancellationToken)
    {
        if (_segments.Count == 0)
        {
            return;
        }

        long number = _segments[0].Number / CatalogueTable.SegmentsPerGroup;
        CatalogueGroup? unchanged = _kept.Count > 0 ? before!.FindGroup(number, _segments) : null;
        for (int kind = 0; unchanged is null && kind < _sections.Length; kind++)
        {
            if (_kept.Count > 0)
            {
                IReadOnlyList<CatalogueSection> old =
                    kind == Folders
                        ? await before!.ReadFoldersAsync(number, cancellationToken)
                        : await before!.ReadFilterAsync(number, kind, cancellationToken);
                _sections[kind].AddRange(old.Where(section => _kept.Contains(section.Position)));
            }

            AddFilter(number, kind);
        }

        Array.ForEach(_sections, static sections => sections.Clear());
        _groups.Add(
            new CatalogueGroup(number, unchanged?.Filters ?? [], [.. _segments]) { Folders = unchanged?.Folders }
        );
        _segments.Clear();
        _kept.Clear();
    }

    private void AddFilter(long group, int kind)
    {
        if (!_sections[kind].Exists(static section => section.Bytes.Length > 0))
        {
            return;
        }

        IEnumerable<CatalogueSection> sections = _sections[kind].OrderBy(static section => section.Position);
        byte[] filter = kind == Folders ? CatalogueFolders.Encode(sections) : CatalogueFilter.Encode(sections);
        byte[] record = new byte[KeyBytes + filter.Length];
        if (record.Length > ExternalSort.MaxRecordBytes)
        {
            throw new FormatException($"the nodes of group {group} have more contents than a filter has room for");
        }

        record[0] = (byte)kind;
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(1), group);
        filter.CopyTo(record, KeyBytes);
        _filters.Add(record);
    }
}
