using System.Buffers;
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
internal sealed class RowFile : IDisposable
{
    private const long MaxHeldRows = 400_000;

    private readonly SafeFileHandle _file;
    private readonly IDisposable _owner;
    private readonly string _directory;
    private readonly RowFileTables _tables;
    private readonly ChunkIdFilter? _filter;
    private byte[]? _held;

    private RowFile(
        SafeFileHandle file,
        IDisposable owner,
        string directory,
        RowFileTables tables,
        ChunkIdFilter? filter = null
    )
    {
        _file = file;
        _owner = owner;
        _directory = directory;
        _tables = tables;
        _filter = filter;
    }

    /// <summary>What the file was built from, as its builder named it.</summary>
    public UInt128 Key => _tables.Header.Key;

    /// <summary>How many sources the file was built from.</summary>
    public int Members => _tables.Header.Members;

    public ReadOnlySpan<PackEntry> Packs => _tables.Packs;

    public long Count => _tables.Buckets[^1];

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
            return rows = RowFileTables.TryRead(file) is { } tables ? new RowFile(file, file, directory, tables) : null;
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
    /// <param name="filter">Of the ids in it.</param>
    public static RowFile Open(FileStream file, ChunkIdFilter filter) =>
        RowFileTables.TryRead(file.SafeFileHandle) is { } tables
            ? new RowFile(file.SafeFileHandle, file, Path.GetDirectoryName(file.Name)!, tables, filter)
            : throw new IOException("The rows that were just written cannot be read back.");

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
            long offset = _tables.Header.RowsAt + (first * ChunkIndexTable.RowSize);
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

    /// <inheritdoc cref="ChunkIndex.HoldIfSmall"/>
    public void HoldIfSmall()
    {
        if (Count is > 0 and <= MaxHeldRows)
        {
            byte[] rows = GC.AllocateUninitializedArray<byte>((int)Count * ChunkIndexTable.RowSize);
            ReadRows(0, rows);
            _held = rows;
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
        if (_filter?.MayHold(id) == false)
        {
            return false;
        }

        int bits = _tables.Header.Bits;
        uint bucket = bits == 0 ? 0 : (uint)(id.Value >> (128 - bits));
        uint first = _tables.Buckets[bucket];
        int count = (int)(_tables.Buckets[bucket + 1] - first);
        if (count == 0)
        {
            return false;
        }

        if (_held is not null)
        {
            int start = (int)first * ChunkIndexTable.RowSize;
            return Search(_held.AsSpan(start, count * ChunkIndexTable.RowSize), id, out place, all);
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

    private ChunkPlace At(ReadOnlySpan<byte> row) => ChunkIndexRow.Read(row, _tables.Packs[ChunkIndexRow.PackOf(row)]);

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
}
