using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Sorting;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Takes the rows of nodes in the database's order, brings together what is said of one node, and writes the catalogue:
/// sorted on the local disk, in constant memory, whatever the size of the database.
/// </summary>
/// <param name="spillDirectory">For sorting what does not fit into memory; it exists.</param>
/// <param name="before">Of the set before; null: every row is read.</param>
internal sealed class CatalogueCollector(string spillDirectory, KnownNodes? before = null) : INodeRows, IDisposable
{
    private const string Home = "Company Home";

    /// <summary>Stores, kinds of files and properties: an installation has some thousand.</summary>
    private const int MaxTexts = 1_000_000;

    private readonly ExternalSort _nodes = new(spillDirectory, Compare);
    private readonly ContentJoin _join = new(spillDirectory);
    private readonly Dictionary<long, string> _stores = [];
    private readonly Dictionary<long, string> _mimetypes = [];
    private readonly Dictionary<long, string> _properties = [];
    private readonly ArrayBufferWriter<byte> _record = new(256);

    /// <summary>What a record says of its node; sorted so, a node's first record is the one that says it is there.</summary>
    private enum Part : byte
    {
        Node,
        Parent,
        Text,
        Content,
    }

    public RowDigests? Known => before?.Digests;

    public void Store(long id, string store) => Remember(_stores, id, store);

    public void Mimetype(long id, string mimetype) => Remember(_mimetypes, id, mimetype);

    public void Property(long id, string name) => Remember(_properties, id, name);

    public void Node(long id, long store, string uuid, string? modified)
    {
        if (id < 0)
        {
            throw new FormatException($"node {id} has no id that a node can have");
        }

        bool isTime = DateTimeOffset.TryParse(
            modified,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time
        );
        Add(id, Part.Node, isTime ? time.ToUnixTimeMilliseconds() : long.MinValue, store, 0, uuid);
    }

    public void Parent(long child, long parent, bool isHome) =>
        Add(child, Part.Parent, parent, isHome ? 1 : 0, 0, string.Empty);

    public void Text(long node, long property, string text) => Add(node, Part.Text, property, 0, 0, text);

    public void Content(long node, long property, string url, long? size, long? mimetype) =>
        Add(node, Part.Content, property, size ?? -1, mimetype ?? -1, url);

    public void ContentUse(long node, long property, long data) => _join.AddUse(node, property, data);

    public void ContentData(long data, long url, long? mimetype) => _join.AddData(data, url, mimetype);

    public void ContentUrl(long id, string url, long? size) => _join.AddUrl(id, url, size);

    /// <summary>Writes what was taken, and takes over what was withheld. Called once.</summary>
    /// <param name="withheld">Ranges of ids whose rows are those of the set before.</param>
    /// <exception cref="FormatException">It is more than a catalogue has room for.</exception>
    public async Task<CatalogueStamp> WriteAsync(
        IChunkWriter chunks,
        IReadOnlySet<long> withheld,
        CancellationToken cancellationToken
    )
    {
        _join.Complete(this);
        using CatalogueWriter writer = new(chunks, spillDirectory, before?.Catalogue);
        Queue<CatalogueSegmentRow> kept = new(
            withheld.Order().Select(range => before!.Catalogue.Find(range)).OfType<CatalogueSegmentRow>()
        );
        foreach (CatalogueNode node in ReadNodes())
        {
            await KeepBeforeAsync(node.Id / NodeProperties.IdsPerRange);
            await writer.AddAsync(node, cancellationToken);
        }

        await KeepBeforeAsync(long.MaxValue);
        return await writer.CompleteAsync(cancellationToken);

        async ValueTask KeepBeforeAsync(long range)
        {
            while (kept.TryPeek(out CatalogueSegmentRow? row) && row.Number < range)
            {
                await writer.KeepAsync(kept.Dequeue(), cancellationToken);
            }
        }
    }

    public void Dispose()
    {
        _nodes.Dispose();
        _join.Dispose();
    }

    private static void Remember(Dictionary<long, string> texts, long id, string text)
    {
        texts[id] = text;
        if (texts.Count > MaxTexts)
        {
            throw new FormatException($"the database has more than {MaxTexts} stores, kinds of files, or properties");
        }
    }

    private static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left.SequenceCompareTo(right);

    private void Add(long node, Part part, long first, long second, long third, string text)
    {
        _record.ResetWrittenCount();
        Span<byte> head = _record.GetSpan(Record.HeadBytes);
        BinaryPrimitives.WriteInt64BigEndian(head, node);
        head[sizeof(long)] = (byte)part;
        BinaryPrimitives.WriteInt64BigEndian(head[9..], first);
        BinaryPrimitives.WriteInt64BigEndian(head[17..], second);
        BinaryPrimitives.WriteInt64BigEndian(head[25..], third);
        _record.Advance(Record.HeadBytes);
        Encoding.UTF8.GetBytes(text, _record);
        _nodes.Add(_record.WrittenSpan);
    }

    /// <summary>What has neither a name nor a parent nor content leads to nothing: the root of a store, a deleted node.</summary>
    private IEnumerable<CatalogueNode> ReadNodes()
    {
        CatalogueNode? node = null;
        ImmutableArray<CatalogueContent>.Builder contents = ImmutableArray.CreateBuilder<CatalogueContent>();
        foreach (ReadOnlyMemory<byte> bytes in _nodes.ReadSorted())
        {
            Record record = new(bytes);
            if (record.Part == Part.Node)
            {
                if (node is not null && Finish(node, contents) is { } done)
                {
                    yield return done;
                }

                node = NodeOf(record);
                contents.Clear();
            }
            else if (node?.Id == record.Node)
            {
                node = With(node, record, contents);
            }
        }

        if (node is not null && Finish(node, contents) is { } last)
        {
            yield return last;
        }
    }

    private CatalogueNode NodeOf(Record record) =>
        new(record.Node, _stores.GetValueOrDefault(record.Second, string.Empty), record.Text, string.Empty, Parent: 0)
        {
            Modified = record.First == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(record.First),
        };

    private CatalogueNode With(CatalogueNode node, Record record, ImmutableArray<CatalogueContent>.Builder contents)
    {
        string property = _properties.GetValueOrDefault(record.First, string.Empty);
        switch (record.Part)
        {
            case Part.Parent:
                return node with { Parent = Math.Max(0, record.First), IsHome = record.Second != 0 };
            case Part.Content:
                contents.Add(
                    new CatalogueContent(
                        property,
                        record.Text,
                        record.Second < 0 ? null : record.Second,
                        _mimetypes.GetValueOrDefault(record.Third, string.Empty)
                    )
                );
                return node;
            default:
                return property switch
                {
                    NodeProperties.Name => node with { Name = record.Text },
                    NodeProperties.VersionLabel when node.Label.Length == 0 => node with { Label = record.Text },
                    NodeProperties.FrozenLabel => node with { Label = record.Text },
                    NodeProperties.FrozenNodeRef => node with
                    {
                        VersionOf = record.Text[(record.Text.LastIndexOf('/') + 1)..],
                    },
                    _ => node,
                };
        }
    }

    private static CatalogueNode? Finish(CatalogueNode node, ImmutableArray<CatalogueContent>.Builder contents)
    {
        if (node.Name.Length == 0 && node.Parent == 0 && contents.Count == 0)
        {
            return null;
        }

        return node with
        {
            IsHome = node.IsHome || string.Equals(node.Name, Home, StringComparison.OrdinalIgnoreCase),
            Contents = contents.ToImmutable(),
        };
    }

    private readonly struct Record(ReadOnlyMemory<byte> bytes)
    {
        public const int HeadBytes = 33;

        public long Node => Number(0);

        public Part Part => (Part)bytes.Span[sizeof(long)];

        public long First => Number(9);

        public long Second => Number(17);

        public long Third => Number(25);

        public string Text => Encoding.UTF8.GetString(bytes.Span[HeadBytes..]);

        private long Number(int offset) => BinaryPrimitives.ReadInt64BigEndian(bytes.Span[offset..]);
    }
}
