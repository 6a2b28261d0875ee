using System.Buffers.Binary;
using System.IO.Hashing;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>The first bytes of a <see cref="RowFile"/>.</summary>
/// <param name="Key">What the file was built from, as its builder named it.</param>
/// <param name="Members">How many sources the file was built from.</param>
/// <param name="Bits">Of an id: rows with the same first ones are a bucket.</param>
/// <remarks>
/// <c>"ABFX" u32 version, 16 key, u32 members, u32 packs, i64 rows, u32 bits, 4 zero, 16 hash of all that follows, then
/// packs (24 bytes), rows (40 bytes), 2^bits + 1 u32 (number of the first row whose id begins with these bits)</c>.
/// </remarks>
internal readonly record struct RowFileHeader(UInt128 Key, int Members, uint Packs, long Rows, int Bits)
{
    public const int Size = 64;

    private const uint Version = 2;

    // On average 32 to 64 rows to search: one read of some 2 KiB.
    private const int RowsPerBucket = 64;
    private const int MaxBits = 20;

    private static ReadOnlySpan<byte> Magic => "ABFX"u8;

    public long RowsAt => Size + ((long)Packs * ChunkIndexTable.PackSize);

    public long BucketsAt => RowsAt + (Rows * ChunkIndexTable.RowSize);

    public int Buckets => (1 << Bits) + 1;

    public long FileLength => BucketsAt + ((long)Buckets * sizeof(uint));

    public static int BitsFor(long rows)
    {
        int bits = 0;
        while (bits < MaxBits && (rows >> bits) > RowsPerBucket)
        {
            bits++;
        }

        return bits;
    }

    /// <summary>Whether a file of this program begins so.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out RowFileHeader header)
    {
        header = default;
        if (!source[..4].SequenceEqual(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != Version)
        {
            return false;
        }

        header = new RowFileHeader(
            BinaryPrimitives.ReadUInt128BigEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[28..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[40..])
        );
        return header is { Bits: >= 0 and <= MaxBits, Rows: >= 0 and <= uint.MaxValue };
    }

    /// <summary>The 16 bytes of the hash of all that follows.</summary>
    public static ReadOnlySpan<byte> HashIn(ReadOnlySpan<byte> source) => source[48..Size];

    public void Write(Span<byte> destination, XxHash128 hash)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt128BigEndian(destination[8..], Key);
        BinaryPrimitives.WriteInt32LittleEndian(destination[24..], Members);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[28..], Packs);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], Rows);
        BinaryPrimitives.WriteInt32LittleEndian(destination[40..], Bits);
        destination[44..48].Clear();
        hash.GetCurrentHash(destination[48..]);
    }
}
