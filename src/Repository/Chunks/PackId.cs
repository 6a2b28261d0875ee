using System.Buffers.Binary;
using System.Globalization;

namespace AlfrescoBackupFlows.Repository;

/// <summary>The id of a pack: 128 random bits, drawn anew for each attempt to write one.</summary>
public readonly record struct PackId(UInt128 Value) : IComparable<PackId>
{
    public const int Size = 16;

    /// <summary>The blob's name, relative to the repository: <c>packs/&lt;first two digits&gt;/&lt;32 digits&gt;</c>.</summary>
    public string BlobName
    {
        get
        {
            string text = ToString();
            return $"packs/{text.AsSpan(0, 2)}/{text}";
        }
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

    public int CompareTo(PackId other) => Value.CompareTo(other.Value);

    public static bool operator <(PackId left, PackId right) => left.Value < right.Value;

    public static bool operator >(PackId left, PackId right) => left.Value > right.Value;

    public static bool operator <=(PackId left, PackId right) => left.Value <= right.Value;

    public static bool operator >=(PackId left, PackId right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
