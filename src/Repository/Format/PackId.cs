using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>The id of a pack: random, drawn anew for each attempt to write one.</summary>
public readonly record struct PackId(UInt128 Value) : IComparable<PackId>
{
    public const int Size = 16;

    internal const string Prefix = "packs/";

    /// <summary>So many ids are enough to draw from without ever meeting one again.</summary>
    private static readonly UInt128 MinRoom = UInt128.One << 96;

    /// <summary>
    /// The blob's name, relative to the repository: <c>packs/&lt;first two digits&gt;/&lt;32 digits&gt;</c>.
    /// </summary>
    public string BlobName
    {
        get
        {
            string text = ToString();
            return $"packs/{text.AsSpan(0, 2)}/{text}";
        }
    }

    /// <summary>
    /// An id for a new pack. Its first digit is <c>f</c> for metadata and never so for the other classes: a store's own
    /// rules, which only see names, can then move to slow storage what only a restore reads, and keep at hand what
    /// every run reads. No reader relies on it.
    /// </summary>
    public static PackId Draw(ChunkClass chunkClass)
    {
        const int Metadata = 0xF0;
        Span<byte> id = stackalloc byte[Size];
        RandomNumberGenerator.Fill(id);
        id[0] = (byte)(chunkClass is ChunkClass.Metadata ? Metadata | id[0] : RandomNumberGenerator.GetInt32(Metadata));
        return Read(id);
    }

    /// <summary>
    /// An id for a new pack that holds again what stands in others: lower than theirs, so that of several places of a
    /// chunk a collector keeps the one in it.
    /// </summary>
    /// <param name="below">The lowest id of the others; null: any.</param>
    internal static PackId Draw(ChunkClass chunkClass, PackId? below)
    {
        PackId drawn = Draw(chunkClass);
        if (below is not { } lowest || drawn < lowest || lowest.Value <= MinRoom)
        {
            return drawn;
        }

        UInt128 start = (UInt128)0xF0 << 120;
        UInt128 from = chunkClass is ChunkClass.Metadata && lowest.Value > start + MinRoom ? start : 0;
        return new PackId(from + (drawn.Value % (lowest.Value - from)));
    }

    public static PackId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    public static bool TryParse(ReadOnlySpan<char> text, out PackId id)
    {
        id = default;
        if (!HexId.TryParse(text, out UInt128 value))
        {
            return false;
        }

        id = new PackId(value);
        return true;
    }

    /// <summary>From a blob's name, relative to the repository; other names are none.</summary>
    internal static bool TryParseBlobName(string name, out PackId id)
    {
        id = default;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && TryParse(name.AsSpan(name.LastIndexOf('/') + 1), out id)
            && id.BlobName == name;
    }

    public int CompareTo(PackId other) => Value.CompareTo(other.Value);

    public static bool operator <(PackId left, PackId right) => left.Value < right.Value;

    public static bool operator >(PackId left, PackId right) => left.Value > right.Value;

    public static bool operator <=(PackId left, PackId right) => left.Value <= right.Value;

    public static bool operator >=(PackId left, PackId right) => left.Value >= right.Value;

    public override string ToString() => HexId.Format(Value);
}
