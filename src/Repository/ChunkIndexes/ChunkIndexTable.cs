using System.Buffers.Binary;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// The plain bytes of an index, a receipt or the tail of a page: a table of packs, then rows of 40 bytes sorted by
/// chunk id and pack id. Every number is checked when the table is read, so that rows can be used without further care.
/// </summary>
internal sealed class ChunkIndexTable
{
    public const int PackSize = 24;
    public const int RowSize = 40;
    public const int MaxRows = 1_048_576;

    private readonly PackEntry[] _packs;
    private readonly ReadOnlyMemory<byte> _rows;

    private ChunkIndexTable(PackEntry[] packs, ReadOnlyMemory<byte> rows)
    {
        _packs = packs;
        _rows = rows;
    }

    public ReadOnlySpan<PackEntry> Packs => _packs;

    public int Count => _rows.Length / RowSize;

    /// <summary>The rows as they are stored.</summary>
    public ReadOnlySpan<byte> Rows => _rows.Span;

    public ChunkPlace this[int index]
    {
        get
        {
            ReadOnlySpan<byte> row = _rows.Span.Slice(index * RowSize, RowSize);
            return ChunkIndexRow.Read(row, _packs[ChunkIndexRow.PackOf(row)]);
        }
    }

    public IEnumerable<ChunkPlace> Places => Enumerable.Range(0, Count).Select(i => this[i]);

    /// <summary>
    /// Writes the places, which the caller need not have sorted; rows that are given twice are written once.
    /// </summary>
    public static byte[] Encode(IEnumerable<ChunkPlace> places)
    {
        ChunkIndexRows rows = new();
        rows.Add(places);
        return rows.Encode();
    }

    /// <summary>Reads and checks plain bytes that have been authenticated.</summary>
    public static ChunkIndexTable Decode(ReadOnlyMemory<byte> plain, string blobName)
    {
        ReadOnlySpan<byte> span = plain.Span;
        int packCount = ReadCount(span, 0, PackSize, blobName);
        PackEntry[] packs = new PackEntry[packCount];
        for (int i = 0; i < packCount; i++)
        {
            packs[i] = ReadPack(span[(4 + (i * PackSize))..], blobName);
        }

        int rowsAt = 4 + (packCount * PackSize);
        int rowCount = ReadCount(span, rowsAt, RowSize, blobName);
        if (rowCount > MaxRows || rowsAt + 4 + (rowCount * RowSize) != plain.Length)
        {
            throw Damage.In(blobName, $"its {rowCount} rows do not fit its length");
        }

        ChunkIndexTable table = new(packs, plain.Slice(rowsAt + 4, rowCount * RowSize));
        table.CheckRows(blobName);
        return table;
    }

    public static void WritePack(Span<byte> destination, PackEntry pack)
    {
        pack.Id.Write(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], (uint)pack.Length);
        destination[20] = (byte)pack.Class;
        destination[21..24].Clear();
    }

    public static PackEntry ReadPack(ReadOnlySpan<byte> source, string blobName)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(source[16..]);
        if (source[21..PackSize].ContainsAnyExcept((byte)0))
        {
            throw Damage.In(blobName, "a pack in its table does not end with zeros");
        }

        if (
            length > ChunkLimits.MaxPackLength
            || source[20] is < (byte)ChunkClass.Content or > (byte)ChunkClass.Metadata
        )
        {
            throw Damage.In(blobName, $"it names a pack of {length} bytes and type {source[20]}");
        }

        return new PackEntry(PackId.Read(source), (int)length, (ChunkClass)source[20]);
    }

    private static int ReadCount(ReadOnlySpan<byte> plain, int offset, int itemSize, string blobName)
    {
        if (plain.Length < offset + 4)
        {
            throw Damage.In(blobName, "it ends within its tables");
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(plain[offset..]);
        return count <= (uint)((plain.Length - offset - 4) / itemSize)
            ? (int)count
            : throw Damage.In(blobName, $"it claims {count} items and has no room for them");
    }

    private void CheckRows(string blobName)
    {
        ReadOnlySpan<byte> rows = _rows.Span;
        ChunkId previousId = default;
        PackId previousPack = default;
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> row = rows.Slice(i * RowSize, RowSize);
            uint pack = (uint)ChunkIndexRow.PackOf(row);
            if (pack >= (uint)_packs.Length || !ChunkIndexRow.IsSound(row, _packs[pack].Length))
            {
                throw Damage.In(blobName, $"row {i} names an impossible place");
            }

            ChunkId id = ChunkId.Read(row);
            if (i > 0 && (id < previousId || (id == previousId && _packs[pack].Id <= previousPack)))
            {
                throw Damage.In(blobName, $"row {i} is out of order");
            }

            (previousId, previousPack) = (id, _packs[pack].Id);
        }
    }
}
