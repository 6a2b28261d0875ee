using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// Rows sorted by chunk id, a chunk's in the order in which its places count, in one local file. It is read with
/// positioned reads of some KiB rather than mapped: memory stays constant at tens of millions of rows, and a fault of
/// the disk is an exception instead of a signal. The file is a cache: whatever does not fit is "not there".
/// Thread-safe.
/// </summary>
/// <remarks>
/// <c>"ABFX" u32 version, 16 key, u32 members, u32 packs, i64 rows, u32 bits, 4 zero, 16 hash of all that follows, then
/// packs (24 bytes), rows (40 bytes), 2^bits + 1 u32 (number of the first row whose id begins with these bits)</c>.
/// </remarks>
internal sealed class RowFile : IDisposable
{
    public const int HeaderSize = 64;
    public const uint Version = 2;

    // On average 32 to 64 rows to search: one read of some 2 KiB.
    private const int RowsPerBucket = 64;
    private const int MaxBits = 20;

    private readonly SafeFileHandle _file;
    private readonly IDisposable _owner;
    private readonly string _directory;
    private readonly PackEntry[] _packs;
    private readonly uint[] _buckets;
    private readonly int _bits;
    private readonly long _rowsAt;

    private RowFile(
        SafeFileHandle file,
        IDisposable owner,
        string directory,
        PackEntry[] packs,
        uint[] buckets,
        int bits,
        UInt128 key,
        int members
    )
    {
        _file = file;
        _owner = owner;
        _directory = directory;
        _packs = packs;
        _buckets = buckets;
        _bits = bits;
        _rowsAt = HeaderSize + ((long)packs.Length * ChunkIndexTable.PackSize);
        Key = key;
        Members = members;
    }

    /// <summary>What the file was built from, as its builder named it.</summary>
    public UInt128 Key { get; }

    /// <summary>How many sources the file was built from.</summary>
    public int Members { get; }

    public ReadOnlySpan<PackEntry> Packs => _packs;

    public long Count => _buckets[^1];

    public static int BitsFor(long rows)
    {
        int bits = 0;
        while (bits < MaxBits && (rows >> bits) > RowsPerBucket)
        {
            bits++;
        }

        return bits;
    }

    /// <summary>Opens and checks a file; null where there is none or where it is not sound.</summary>
    public static RowFile? TryOpen(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        if (CacheDirectory.Open(directory).TryOpenRead(Path.GetFileName(path)) is not { } file)
        {
            return null;
        }

        RowFile? rows = null;
        try
        {
            return rows = TryRead(file, file, directory);
        }
        finally
        {
            if (rows is null)
            {
                file.Dispose();
            }
        }
    }

    /// <summary>Takes over a file that was just written.</summary>
    public static RowFile Open(FileStream file) =>
        TryRead(file.SafeFileHandle, file, Path.GetDirectoryName(file.Name)!)
        ?? throw new IOException("The rows that were just written cannot be read back.");

    /// <summary>The place of the chunk that counts first.</summary>
    public bool TryFind(ChunkId id, out ChunkPlace place) => TryFind(id, out place, all: null);

    /// <summary>All places of the chunk in the order in which they count.</summary>
    public IReadOnlyList<ChunkPlace> Find(ChunkId id)
    {
        List<ChunkPlace> places = [];
        TryFind(id, out _, places);
        return places;
    }

    /// <summary>
    /// Reads rows as they are stored, from number <paramref name="first"/>, until <paramref name="destination"/> is
    /// full.
    /// </summary>
    public void ReadRows(long first, Span<byte> destination)
    {
        try
        {
            long offset = _rowsAt + (first * ChunkIndexTable.RowSize);
            while (!destination.IsEmpty)
            {
                int read = RandomAccess.Read(_file, destination, offset);
                if (read == 0)
                {
                    throw new IOException("The cached chunk index became shorter while it was read.");
                }

                destination = destination[read..];
                offset += read;
            }
        }
        catch (IOException exception)
        {
            throw CacheFault.At(_directory, exception);
        }
    }

    /// <summary>All rows in order of their ids.</summary>
    public IEnumerable<ChunkPlace> Enumerate()
    {
        byte[] block = new byte[ChunkIndexTable.RowSize * 1024];
        for (long first = 0; first < Count; first += 1024)
        {
            int rows = (int)Math.Min(1024, Count - first);
            ReadRows(first, block.AsSpan(0, rows * ChunkIndexTable.RowSize));
            for (int i = 0; i < rows; i++)
            {
                yield return At(block.AsSpan(i * ChunkIndexTable.RowSize));
            }
        }
    }

    public void Dispose() => _owner.Dispose();

    private bool TryFind(ChunkId id, out ChunkPlace place, List<ChunkPlace>? all)
    {
        place = default;
        uint bucket = _bits == 0 ? 0 : (uint)(id.Value >> (128 - _bits));
        uint first = _buckets[bucket];
        int count = (int)(_buckets[bucket + 1] - first);
        if (count == 0)
        {
            return false;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(count * ChunkIndexTable.RowSize);
        try
        {
            Span<byte> rows = buffer.AsSpan(0, count * ChunkIndexTable.RowSize);
            ReadRows(first, rows);
            return Search(rows, id, out place, all);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ChunkPlace At(ReadOnlySpan<byte> row) => ChunkIndexRow.Read(row, _packs[ChunkIndexRow.PackOf(row)]);

    private bool Search(ReadOnlySpan<byte> rows, ChunkId id, out ChunkPlace place, List<ChunkPlace>? all)
    {
        int low = 0;
        int high = rows.Length / ChunkIndexTable.RowSize;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            (low, high) = IdAt(rows, middle) < id ? (middle + 1, high) : (low, middle);
        }

        bool found = low < rows.Length / ChunkIndexTable.RowSize && IdAt(rows, low) == id;
        place = found ? At(rows[(low * ChunkIndexTable.RowSize)..]) : default;
        for (; all is not null && low < rows.Length / ChunkIndexTable.RowSize && IdAt(rows, low) == id; low++)
        {
            all.Add(At(rows[(low * ChunkIndexTable.RowSize)..]));
        }

        return found;
    }

    private static ChunkId IdAt(ReadOnlySpan<byte> rows, int number) =>
        ChunkId.Read(rows[(number * ChunkIndexTable.RowSize)..]);

    private static RowFile? TryRead(SafeFileHandle file, IDisposable owner, string directory)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (
            RandomAccess.Read(file, header, 0) != HeaderSize
            || !header[..4].SequenceEqual("ABFX"u8)
            || BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != Version
        )
        {
            return null;
        }

        UInt128 key = BinaryPrimitives.ReadUInt128BigEndian(header[8..]);
        int members = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        uint packs = BinaryPrimitives.ReadUInt32LittleEndian(header[28..]);
        long rows = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        int bits = BinaryPrimitives.ReadInt32LittleEndian(header[40..]);
        if (bits is < 0 or > MaxBits || rows is < 0 or > uint.MaxValue)
        {
            return null;
        }

        long bucketsAt = HeaderSize + ((long)packs * ChunkIndexTable.PackSize) + (rows * ChunkIndexTable.RowSize);
        int buckets = (1 << bits) + 1;
        if (
            RandomAccess.GetLength(file) != bucketsAt + ((long)buckets * sizeof(uint))
            || !HashOf(file).AsSpan().SequenceEqual(header[48..])
        )
        {
            return null;
        }

        byte[] bytes = new byte[checked((int)packs * ChunkIndexTable.PackSize)];
        RandomAccess.Read(file, bytes, HeaderSize);
        PackEntry[] table = new PackEntry[packs];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = ChunkIndexTable.ReadPack(bytes.AsSpan(i * ChunkIndexTable.PackSize), "cached chunk index");
        }

        bytes = new byte[buckets * sizeof(uint)];
        RandomAccess.Read(file, bytes, bucketsAt);
        uint[] starts = new uint[buckets];
        for (int i = 0; i < buckets; i++)
        {
            starts[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)));
        }

        return new RowFile(file, owner, directory, table, starts, bits, key, members);
    }

    private static byte[] HashOf(SafeFileHandle file)
    {
        XxHash128 hash = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            long offset = HeaderSize;
            int read;
            while ((read = RandomAccess.Read(file, buffer, offset)) > 0)
            {
                hash.Append(buffer.AsSpan(0, read));
                offset += read;
            }

            return hash.GetCurrentHash();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
