namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// The filters of a group, of one kind of key: for each segment a Bloom filter of 16 bits a key. It says of a key that it
/// is not in the segment, or, wrongly once in some 1,700 times, that it may be.
/// </summary>
internal static class CatalogueFilter
{
    private const int BytesPerKey = 2;
    private const int Probes = 8;

    /// <summary>Keys of a segment: nodes may have any number of contents.</summary>
    private const int MaxKeys = 1 << 20;

    private static readonly CatalogueSections s_sections = new("a filter of a catalogue", "keys", BytesPerKey, MaxKeys);

    /// <inheritdoc cref="CatalogueSections.Encode"/>
    public static byte[] Encode(IEnumerable<CatalogueSection> sections) => s_sections.Encode(sections);

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

    public static List<CatalogueSection> ReadSections(ReadOnlySpan<byte> filter) => s_sections.ReadAll(filter);

    /// <summary>Positions of the segments that may hold one of the keys.</summary>
    public static List<int> Find(ReadOnlySpan<byte> filter, IReadOnlyCollection<CatalogueKey> keys) =>
        s_sections.Find(filter, bits => !bits.IsEmpty && MayHoldAny(bits, keys));

    private static bool MayHoldAny(ReadOnlySpan<byte> bits, IReadOnlyCollection<CatalogueKey> keys)
    {
        foreach (CatalogueKey key in keys)
        {
            if (MayHold(bits, key))
            {
                return true;
            }
        }

        return false;
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
