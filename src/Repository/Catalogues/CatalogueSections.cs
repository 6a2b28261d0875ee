using System.Buffers;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>What a filter, or a list of folders, has of one segment.</summary>
/// <param name="Position">Of the segment in its group.</param>
internal sealed record CatalogueSection(int Position, byte[] Bytes);

/// <summary>
/// How a group's filters and its lists of folders are stored: for each segment that has any its position, a number, and so
/// many units of bytes.
/// </summary>
/// <param name="what">What is read, for messages about damage.</param>
/// <param name="unit">What is counted, such as <c>keys</c>.</param>
/// <param name="unitBytes">Of each.</param>
/// <param name="maxUnits">Of a segment.</param>
internal sealed class CatalogueSections(string what, string unit, int unitBytes, int maxUnits)
{
    private const byte Version = 1;

    /// <summary>Whether what a segment has is what is looked for.</summary>
    public delegate bool Matches(ReadOnlySpan<byte> bytes);

    /// <param name="sections">In the order of the segments; those without bytes are left out.</param>
    public byte[] Encode(IEnumerable<CatalogueSection> sections)
    {
        ArrayBufferWriter<byte> output = new(64 * 1024);
        output.WriteByte(Version);
        foreach (CatalogueSection section in sections.Where(static section => section.Bytes.Length > 0))
        {
            output.WriteByte((byte)section.Position);
            output.WriteVarint((ulong)(section.Bytes.Length / unitBytes));
            output.Write(section.Bytes);
        }

        return output.WrittenSpan.ToArray();
    }

    public List<CatalogueSection> ReadAll(ReadOnlySpan<byte> stored)
    {
        VarintReader reader = Begin(stored);
        List<CatalogueSection> sections = [];
        int last = -1;
        while (!reader.AtEnd)
        {
            ReadOnlySpan<byte> bytes = ReadNext(ref reader, ref last);
            sections.Add(new CatalogueSection(last, bytes.ToArray()));
        }

        return sections;
    }

    /// <summary>Positions of the segments that match.</summary>
    public List<int> Find(ReadOnlySpan<byte> stored, Matches matches)
    {
        VarintReader reader = Begin(stored);
        List<int> found = [];
        int last = -1;
        while (!reader.AtEnd)
        {
            if (matches(ReadNext(ref reader, ref last)))
            {
                found.Add(last);
            }
        }

        return found;
    }

    private VarintReader Begin(ReadOnlySpan<byte> stored)
    {
        VarintReader reader = new(stored, what);
        return reader.ReadByte() == Version ? reader : throw reader.Wrong("its version is not known");
    }

    private ReadOnlySpan<byte> ReadNext(ref VarintReader reader, ref int last)
    {
        int position = reader.ReadByte();
        if (position <= last || position >= CatalogueTable.SegmentsPerGroup)
        {
            throw reader.Wrong("its segments are not in order");
        }

        last = position;
        return reader.ReadBytes((int)reader.ReadBounded(maxUnits, $"the number of {unit}") * unitBytes);
    }
}
