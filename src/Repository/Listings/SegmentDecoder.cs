using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>
/// Reads one segment and checks it: version, bounds, valid paths in strict order, nothing below a file, no bytes left
/// over.
/// </summary>
internal static class SegmentDecoder
{
    public const byte Directory = 1;
    public const byte File = 2;
    public const int ModeMask = 0xFFF;
    public const EntryFlags DirectoryFlags = EntryFlags.Trusted;
    public const EntryFlags FileFlags = EntryFlags.Unstable | EntryFlags.SourceMissing | EntryFlags.SourceChanged;

    public static List<ListingEntry> Decode(ReadOnlySpan<byte> segment, string what)
    {
        VarintReader reader = new(segment, what);
        byte version = reader.ReadByte();
        if (version != SegmentBuilder.Version)
        {
            throw reader.Wrong($"a segment of version {version} is not known");
        }

        FileOwner[] owners = ReadOwners(ref reader);
        int count = (int)reader.ReadBounded(SegmentBuilder.MaxEntries, "the number of entries");
        if (count == 0)
        {
            throw reader.Wrong("a segment has no entry");
        }

        List<ListingEntry> entries = new(count);
        ListingEntry? previous = null;
        for (int i = 0; i < count; i++)
        {
            ListingEntry entry = ReadEntry(ref reader, previous?.Path, owners);
            ListingOrder.Check(previous, entry, what);
            entries.Add(entry);
            previous = entry;
        }

        return reader.AtEnd ? entries : throw reader.Wrong("bytes follow the last entry");
    }

    private static FileOwner[] ReadOwners(ref VarintReader reader)
    {
        FileOwner[] owners = new FileOwner[(int)reader.ReadBounded(SegmentBuilder.MaxEntries, "the number of owners")];
        if (owners.Length == 0)
        {
            throw reader.Wrong("a segment has no owner");
        }

        for (int i = 0; i < owners.Length; i++)
        {
            owners[i] = new FileOwner(
                (uint)reader.ReadBounded(uint.MaxValue, "a user number"),
                (uint)reader.ReadBounded(uint.MaxValue, "a group number"),
                reader.ReadText(FileOwner.MaxNameBytes, "a user name"),
                reader.ReadText(FileOwner.MaxNameBytes, "a group name")
            );
        }

        return owners;
    }

    private static ListingEntry ReadEntry(ref VarintReader reader, ReadOnlySpan<byte> previous, FileOwner[] owners)
    {
        byte[] path = reader.ReadPath(previous);
        byte type = reader.ReadByte();
        EntryFlags flags = (EntryFlags)reader.ReadByte();
        EntryFlags allowed = type switch
        {
            Directory => DirectoryFlags,
            File when path.Length > 0 => FileFlags,
            _ => throw reader.Wrong($"an entry of type {type} is not known here"),
        };
        if ((flags & ~allowed) != EntryFlags.None)
        {
            throw reader.Wrong($"flags {(byte)flags} are not known on an entry of type {type}");
        }

        int mode = (int)reader.ReadBounded(ModeMask, "a mode");
        FileOwner owner = owners[(int)reader.ReadBounded(owners.Length - 1, "the number of an owner")];
        long mtime = reader.ReadSvarint();
        long ctime = reader.ReadSvarint();
        return new ListingEntry(
            Path: path,
            Flags: flags,
            Mode: mode,
            Owner: owner,
            MtimeNs: mtime,
            CtimeNs: ctime,
            Content: type == File ? reader.ReadContent() : null
        );
    }
}
