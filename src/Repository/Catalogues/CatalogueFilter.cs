using System.Buffers;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// The filters of a group, of one kind of key: for each segment a Bloom filter of 16 bits a key. It says of a key that it
/// is not in the segment, or, wrongly once in some 1,700 times, that it may be.
/// </summary>
internal static class CatalogueFilter
{
    private const byte Version = 1;
    private const int BytesPerKey = 2;
    private const int Probes = 8;
    private const string What = "a filter of a catalogue";

    /// <summary>Keys of a segment: nodes may have any number of contents.</summary>
    private const int MaxKeys = 1 << 20;

    /// <param name="sections">In the order of the segments; those without keys are left out.</param>
    public static byte[] Encode(IEnumerable<CatalogueSection> sections)
    {
        ArrayBufferWriter<byte> output = new(64 * 1024);
        output.WriteByte(Version);
        foreach (CatalogueSection section in sections.Where(static section => section.Bytes.Length > 0))
        {
            output.WriteByte((byte)section.Position);
            output.WriteVarint((ulong)(section.Bytes.Length / BytesPerKey));
            output.Write(section.Bytes);
        }

        return output.WrittenSpan.ToArray();
    }

    public static CatalogueSection SectionOf(int position, IReadOnlyCollection<CatalogueKey> keys)
    {
        byte[] bits = new byte[keys.Count * BytesPerKey];
        foreach (CatalogueKey key in keys)
        {
            for (int probe = 0; probe < Probes; probe++)
            {
                int bit = BitOf(key, probe, bits.Length);
                bits[bit >> 3] |= (byte)(1 << (bit & 7));
            }
        }

        return new CatalogueSection(position, bits);
    }

    public static List<CatalogueSection> ReadSections(ReadOnlySpan<byte> filter)
    {
        VarintReader reader = Begin(filter);
        List<CatalogueSection> sections = [];
        int last = -1;
        while (!reader.AtEnd)
        {
            ReadOnlySpan<byte> bits = ReadSection(ref reader, ref last);
            sections.Add(new CatalogueSection(last, bits.ToArray()));
        }

        return sections;
    }

    /// <summary>Positions of the segments that may hold one of the keys.</summary>
    public static List<int> Find(ReadOnlySpan<byte> filter, IReadOnlyCollection<CatalogueKey> keys)
    {
        VarintReader reader = Begin(filter);
        List<int> found = [];
        int last = -1;
        while (!reader.AtEnd)
        {
            ReadOnlySpan<byte> bits = ReadSection(ref reader, ref last);
            foreach (CatalogueKey key in keys)
            {
                if (!bits.IsEmpty && MayHold(bits, key))
                {
                    found.Add(last);
                    break;
                }
            }
        }

        return found;
    }

    private static VarintReader Begin(ReadOnlySpan<byte> filter)
    {
        VarintReader reader = new(filter, What);
        return reader.ReadByte() == Version ? reader : throw reader.Wrong("its version is not known");
    }

    private static ReadOnlySpan<byte> ReadSection(ref VarintReader reader, ref int last)
    {
        int position = reader.ReadByte();
        if (position <= last || position >= CatalogueTable.SegmentsPerGroup)
        {
            throw reader.Wrong("its segments are not in order");
        }

        last = position;
        return reader.ReadBytes((int)reader.ReadBounded(MaxKeys, "the number of keys") * BytesPerKey);
    }

    private static bool MayHold(ReadOnlySpan<byte> bits, CatalogueKey key)
    {
        for (int probe = 0; probe < Probes; probe++)
        {
            int bit = BitOf(key, probe, bits.Length);
            if ((bits[bit >> 3] & (1 << (bit & 7))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int BitOf(CatalogueKey key, int probe, int bytes) =>
        (int)(unchecked(key.First + ((ulong)probe * key.Second)) % ((ulong)bytes * 8));
}
