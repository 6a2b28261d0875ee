using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// Rows of an index in the making: 40 bytes each, as they will be stored, and sorted in place. A page or a blob has up
/// to a million of them, so this is where the memory of a backup is decided. Not thread-safe.
/// </summary>
internal sealed class ChunkIndexRows
{
    private readonly List<Row> _rows = [];
    private readonly List<PackEntry> _packs = [];
    private readonly Dictionary<PackId, int> _numbers = [];

    /// <summary>Rows that were added; after <see cref="Encode"/> each of them once.</summary>
    public int Count => _rows.Count;

    public void Add(in ChunkPlace place)
    {
        if (!_numbers.TryGetValue(place.Pack.Id, out int pack))
        {
            pack = _packs.Count;
            _packs.Add(place.Pack);
            _numbers.Add(place.Pack.Id, pack);
        }

        _rows.Add(new Row(place, pack));
    }

    public void Add(IEnumerable<ChunkPlace> places)
    {
        foreach (ChunkPlace place in places)
        {
            Add(place);
        }
    }

    /// <summary>Takes the ids of all rows out of a set.</summary>
    public void RemoveFrom(HashSet<ChunkId> ids)
    {
        foreach (ref readonly Row row in CollectionsMarshal.AsSpan(_rows))
        {
            ids.Remove(new ChunkId(new UInt128(row.High, row.Low)));
        }
    }

    public void Clear()
    {
        _rows.Clear();
        _packs.Clear();
        _numbers.Clear();
    }

    /// <summary>
    /// The plain bytes of a <see cref="ChunkIndexTable"/>: sorted by chunk and pack; rows that were added twice are
    /// written once.
    /// </summary>
    public byte[] Encode()
    {
        SortPacks();
        CollectionsMarshal.AsSpan(_rows).Sort(Row.Compare);
        RemoveDoubles();

        int packBytes = _packs.Count * ChunkIndexTable.PackSize;
        byte[] plain = new byte[4 + packBytes + 4 + (_rows.Count * ChunkIndexTable.RowSize)];
        BinaryPrimitives.WriteInt32LittleEndian(plain, _packs.Count);
        int position = 4;
        foreach (PackEntry pack in _packs)
        {
            ChunkIndexTable.WritePack(plain.AsSpan(position), pack);
            position += ChunkIndexTable.PackSize;
        }

        BinaryPrimitives.WriteInt32LittleEndian(plain.AsSpan(position), _rows.Count);
        position += 4;
        foreach (ref readonly Row row in CollectionsMarshal.AsSpan(_rows))
        {
            ChunkIndexRow.Write(plain.AsSpan(position), row.Place(_packs[row.Pack]), row.Pack);
            position += ChunkIndexTable.RowSize;
        }

        return plain;
    }

    /// <summary>Numbers the packs in the order of their ids, so that rows can be compared by number.</summary>
    private void SortPacks()
    {
        _packs.Sort(static (left, right) => left.Id.CompareTo(right.Id));
        int[] renumbered = new int[_packs.Count];
        for (int i = 0; i < _packs.Count; i++)
        {
            renumbered[_numbers[_packs[i].Id]] = i;
            _numbers[_packs[i].Id] = i;
        }

        foreach (ref Row row in CollectionsMarshal.AsSpan(_rows))
        {
            row = row with { Pack = renumbered[row.Pack] };
        }
    }

    private void RemoveDoubles()
    {
        Span<Row> rows = CollectionsMarshal.AsSpan(_rows);
        int kept = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (i == 0 || Row.Compare(rows[i], rows[kept - 1]) != 0)
            {
                rows[kept++] = rows[i];
            }
        }

        CollectionsMarshal.SetCount(_rows, kept);
    }

    /// <summary>A place without the description of its pack.</summary>
    private readonly record struct Row(
        ulong High,
        ulong Low,
        int Pack,
        int Frame,
        int FrameOffset,
        int SealedLength,
        int Offset,
        int Length
    )
    {
        public Row(in ChunkPlace place, int pack)
            : this(
                High: (ulong)(place.Id.Value >> 64),
                Low: (ulong)place.Id.Value,
                Pack: pack,
                Frame: place.Frame,
                FrameOffset: place.FrameOffset,
                SealedLength: place.SealedLength,
                Offset: place.Offset,
                Length: place.Length
            ) { }

        public ChunkPlace Place(PackEntry pack) =>
            new(
                Id: new ChunkId(new UInt128(High, Low)),
                Pack: pack,
                Frame: Frame,
                FrameOffset: FrameOffset,
                SealedLength: SealedLength,
                Offset: Offset,
                Length: Length
            );

        public static int Compare(Row left, Row right)
        {
            int order = left.High.CompareTo(right.High);
            order = order != 0 ? order : left.Low.CompareTo(right.Low);
            return order != 0 ? order : left.Pack.CompareTo(right.Pack);
        }
    }
}
