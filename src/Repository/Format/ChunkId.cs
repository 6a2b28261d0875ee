using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// The id of a chunk: the first 16 bytes of HMAC-SHA-256 over its plain bytes, with a key of the repository, so that
/// the store cannot test guesses. Ordered as the bytes are.
/// </summary>
[JsonConverter(typeof(ChunkIdJsonConverter))]
public readonly record struct ChunkId(UInt128 Value) : IComparable<ChunkId>
{
    /// <summary>Bytes of an id on disk.</summary>
    public const int Size = 16;

    public static ChunkId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    /// <summary>Ids one after the other.</summary>
    public static ChunkId[] ReadAll(ReadOnlySpan<byte> source)
    {
        ChunkId[] ids = new ChunkId[source.Length / Size];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = Read(source[(i * Size)..]);
        }

        return ids;
    }

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>Reads 32 lower-case hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ChunkId id)
    {
        id = default;
        if (!HexId.TryParse(text, out UInt128 value))
        {
            return false;
        }

        id = new ChunkId(value);
        return true;
    }

    public int CompareTo(ChunkId other) => Value.CompareTo(other.Value);

    public static bool operator <(ChunkId left, ChunkId right) => left.Value < right.Value;

    public static bool operator >(ChunkId left, ChunkId right) => left.Value > right.Value;

    public static bool operator <=(ChunkId left, ChunkId right) => left.Value <= right.Value;

    public static bool operator >=(ChunkId left, ChunkId right) => left.Value >= right.Value;

    public override string ToString() => HexId.Format(Value);
}
