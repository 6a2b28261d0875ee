using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// The nodes of one range of ids, as the bytes of a chunk. The same nodes always give the same bytes, so that what is
/// unchanged is stored once.
/// </summary>
internal static class CatalogueSegment
{
    private const byte Version = 1;
    private const byte Home = 1;
    private const byte HasModified = 2;
    private const byte HasLabel = 4;
    private const byte HasVersionOf = 8;

    /// <summary>A segment is a chunk, and has room in a frame.</summary>
    private const int MaxBytes = 8 << 20;

    /// <summary>Of the version and the two counts, which <see cref="MaxBytes"/> does not count.</summary>
    private const int HeadBytes = 16;

    /// <summary>More of them are no text of Alfresco's, and no segment has room for more.</summary>
    private const int MaxTexts = MaxBytes;

    private static readonly long MinTime = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <exception cref="FormatException">No chunk holds so much.</exception>
    public static byte[] Encode(IReadOnlyList<CatalogueNode> nodes)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        ArrayBufferWriter<byte> texts = new(1024);
        ArrayBufferWriter<byte> body = new(64 * 1024);
        foreach (CatalogueNode node in nodes)
        {
            body.WriteVarint((ulong)CatalogueTable.OffsetOf(node.Id));
            body.WriteVarint((ulong)node.Parent);
            body.WriteVarint((ulong)NumberOf(node.Store));
            body.WriteText(node.Uuid);
            body.WriteText(node.Name);
            body.WriteByte(
                (byte)(
                    (node.IsHome ? Home : 0)
                    | (node.Modified is null ? 0 : HasModified)
                    | (node.Label.Length > 0 ? HasLabel : 0)
                    | (node.VersionOf.Length > 0 ? HasVersionOf : 0)
                )
            );
            if (node.Modified is { } modified)
            {
                body.WriteSvarint(modified.ToUnixTimeMilliseconds());
            }

            if (node.Label.Length > 0)
            {
                body.WriteText(node.Label);
            }

            if (node.VersionOf.Length > 0)
            {
                body.WriteText(node.VersionOf);
            }

            body.WriteVarint((ulong)node.Contents.Length);
            foreach (CatalogueContent content in node.Contents)
            {
                body.WriteVarint((ulong)NumberOf(content.Property));
                body.WriteText(content.Url);
                body.WriteVarint(content.Size is { } size ? (ulong)size + 1 : 0);
                body.WriteVarint((ulong)NumberOf(content.Mimetype));
            }

            if (body.WrittenCount + texts.WrittenCount > MaxBytes)
            {
                throw new FormatException(
                    $"the nodes from {nodes[0].Id} on have more names and contents than a segment has room for"
                );
            }
        }

        ArrayBufferWriter<byte> output = new(body.WrittenCount + texts.WrittenCount + HeadBytes);
        output.WriteByte(Version);
        output.WriteVarint((ulong)numbers.Count);
        output.Write(texts.WrittenSpan);
        output.WriteVarint((ulong)nodes.Count);
        output.Write(body.WrittenSpan);
        return output.WrittenSpan.ToArray();

        int NumberOf(string text)
        {
            if (!numbers.TryGetValue(text, out int number))
            {
                number = numbers.Count;
                numbers.Add(text, number);
                texts.WriteText(text);
            }

            return number;
        }
    }

    public static List<CatalogueNode> Decode(ReadOnlySpan<byte> plain, CatalogueSegmentRow row)
    {
        VarintReader reader = new(plain, $"segment {row.Chunk} of a catalogue");
        if (plain.Length > MaxBytes + HeadBytes)
        {
            throw reader.Wrong($"it has {plain.Length} bytes, and no segment has more than {MaxBytes}");
        }

        if (reader.ReadByte() != Version)
        {
            throw reader.Wrong("its version is not known");
        }

        // Each takes a byte at least, so that nothing is allocated that is not there.
        string[] texts = new string[reader.ReadBounded(Math.Min(MaxTexts, plain.Length), "the number of texts")];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadText(CatalogueNode.MaxTextBytes, "a text");
        }

        int count = (int)reader.ReadBounded(CatalogueTable.IdsPerSegment, "the number of nodes");
        List<CatalogueNode> nodes = new(count);
        long last = -1;
        int contents = 0;
        for (int i = 0; i < count; i++)
        {
            long offset = reader.ReadBounded(CatalogueTable.IdsPerSegment - 1, "the id of a node");
            if (offset <= last)
            {
                throw reader.Wrong("its nodes are not in order");
            }

            last = offset;
            CatalogueNode node = ReadNode(ref reader, CatalogueTable.LowestOf(row.Number) + offset, texts);
            contents += node.Contents.Length;
            nodes.Add(node);
        }

        return reader.AtEnd && nodes.Count == row.Nodes && contents == row.Contents
            ? nodes
            : throw reader.Wrong("it is not the segment that the catalogue names");
    }

    private static CatalogueNode ReadNode(ref VarintReader reader, long id, string[] texts)
    {
        long parent = reader.ReadBounded(long.MaxValue, "the id of a parent");
        string store = ReadNumbered(ref reader, texts);
        string uuid = reader.ReadText(CatalogueNode.MaxTextBytes, "a UUID");
        string name = reader.ReadText(CatalogueNode.MaxTextBytes, "a name");
        byte flags = reader.ReadByte();
        if (flags > (Home | HasModified | HasLabel | HasVersionOf))
        {
            throw reader.Wrong("a node has flags that are not known");
        }

        long modified = (flags & HasModified) != 0 ? reader.ReadSvarint() : 0;
        if (modified < MinTime || modified > MaxTime)
        {
            throw reader.Wrong("a node has an impossible time");
        }

        string label = (flags & HasLabel) != 0 ? reader.ReadText(CatalogueNode.MaxTextBytes, "a label") : string.Empty;
        string versionOf =
            (flags & HasVersionOf) != 0 ? reader.ReadText(CatalogueNode.MaxTextBytes, "a UUID") : string.Empty;
        int contents = (int)reader.ReadBounded(MaxBytes, "the number of contents");
        ImmutableArray<CatalogueContent>.Builder list = ImmutableArray.CreateBuilder<CatalogueContent>();
        for (int i = 0; i < contents; i++)
        {
            string property = ReadNumbered(ref reader, texts);
            string url = reader.ReadText(CatalogueNode.MaxTextBytes, "a content URL");
            long size = reader.ReadBounded(long.MaxValue, "a size");
            list.Add(new CatalogueContent(property, url, size == 0 ? null : size - 1, ReadNumbered(ref reader, texts)));
        }

        return new CatalogueNode(id, store, uuid, name, parent)
        {
            Modified = (flags & HasModified) != 0 ? DateTimeOffset.FromUnixTimeMilliseconds(modified) : null,
            Label = label,
            VersionOf = versionOf,
            IsHome = (flags & Home) != 0,
            Contents = list.DrainToImmutable(),
        };
    }

    private static string ReadNumbered(ref VarintReader reader, string[] texts)
    {
        ulong number = reader.ReadVarint();
        return number < (ulong)texts.Length ? texts[number] : throw reader.Wrong($"it has no text {number}");
    }
}
