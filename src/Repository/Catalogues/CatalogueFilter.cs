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

    /// <param name="segments">Position in the group, and keys; those without keys are left out.</param>
    public static byte[] Encode(IEnumerable<(int Position, IReadOnlyCollection<CatalogueKey> Keys)> segments)
    {
        ArrayBufferWriter<byte> output = new(64 * 1024);
        output.WriteByte(Version);
        foreach ((int position, IReadOnlyCollection<CatalogueKey> keys) in segments)
        {
            if (keys.Count == 0)
            {
                continue;
            }

            output.WriteByte((byte)position);
            output.WriteVarint((ulong)keys.Count);
            Span<byte> bits = output.GetSpan(keys.Count * BytesPerKey)[..(keys.Count * BytesPerKey)];
            bits.Clear();
            foreach (CatalogueKey key in keys)
            {
                for (int probe = 0; probe < Probes; probe++)
                {
                    int bit = BitOf(key, probe, bits.Length);
                    bits[bit >> 3] |= (byte)(1 << (bit & 7));
                }
            }

            output.Advance(bits.Length);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Positions of the segments that may hold one of the keys.</summary>
    public static List<int> Find(ReadOnlySpan<byte> filter, IReadOnlyCollection<CatalogueKey> keys)
    {
        VarintReader reader = new(filter, What);
        if (reader.ReadByte() != Version)
        {
            throw reader.Wrong("its version is not known");
        }

        List<int> found = [];
        int last = -1;
        while (!reader.AtEnd)
        {
            int position = reader.ReadByte();
            if (position <= last || position >= CatalogueTable.SegmentsPerGroup)
            {
                throw reader.Wrong("its segments are not in order");
            }

            last = position;
            int count = (int)reader.ReadBounded(MaxKeys, "the number of keys");
            ReadOnlySpan<byte> bits = reader.ReadBytes(count * BytesPerKey);
            foreach (CatalogueKey key in keys)
            {
                if (count > 0 && MayHold(bits, key))
                {
                    found.Add(position);
                    break;
                }
            }
        }

        return found;
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
