namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

internal delegate void ReadRows(long first, Span<byte> destination);

/// <summary>A forward-only cursor over sorted rows; numbers of packs are translated to the merged table's.</summary>
internal sealed class RowSource(ReadRows read, long count, int rank, int[] packs)
{
    private const int BlockRows = 1024;

    private readonly byte[] _block = new byte[(int)Math.Min(count, BlockRows) * ChunkIndexTable.RowSize];
    private long _next;

    public long Count => count;

    public int Rank => rank;

    /// <summary>The row that <see cref="MoveNext"/> went to.</summary>
    public ReadOnlySpan<byte> Current =>
        _block.AsSpan((int)((_next - 1) % BlockRows) * ChunkIndexTable.RowSize, ChunkIndexTable.RowSize);

    public bool MoveNext()
    {
        if (_next == count)
        {
            return false;
        }

        int position = (int)(_next % BlockRows);
        if (position == 0)
        {
            read(_next, _block.AsSpan(0, (int)Math.Min(BlockRows, count - _next) * ChunkIndexTable.RowSize));
        }

        Span<byte> row = _block.AsSpan(position * ChunkIndexTable.RowSize, ChunkIndexTable.RowSize);
        ChunkIndexRow.SetPack(row, packs[ChunkIndexRow.PackOf(row)]);
        _next++;
        return true;
    }
}
