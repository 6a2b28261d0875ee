namespace AlfrescoBackupFlows.Repository.Sorting;

/// <summary>Records one after the other in one block, and where each begins; sorting moves only the places.</summary>
internal sealed class SortBuffer(int memoryBytes, SpanComparison comparison)
{
    /// <summary>What a record takes beyond its bytes: offset and length.</summary>
    private const int PlaceBytes = 8;

    private byte[] _bytes = [];
    private List<(int Offset, int Length)> _places = [];
    private int _used;

    public int Count => _places.Count;

    public bool TryAdd(ReadOnlySpan<byte> record)
    {
        long needed = (long)_used + record.Length;
        if (needed + ((_places.Count + 1L) * PlaceBytes) > memoryBytes)
        {
            return false;
        }

        if (needed > _bytes.Length)
        {
            Array.Resize(
                ref _bytes,
                (int)Math.Min(memoryBytes, Math.Max(needed, Math.Max(64 * 1024, _bytes.Length * 2L)))
            );
        }

        record.CopyTo(_bytes.AsSpan(_used));
        _places.Add((_used, record.Length));
        _used += record.Length;
        return true;
    }

    public IEnumerable<ReadOnlyMemory<byte>> ReadSorted()
    {
        _places.Sort(
            (left, right) =>
                comparison(_bytes.AsSpan(left.Offset, left.Length), _bytes.AsSpan(right.Offset, right.Length))
        );
        foreach ((int offset, int length) in _places)
        {
            yield return _bytes.AsMemory(offset, length);
        }
    }

    public void Clear()
    {
        _places.Clear();
        _used = 0;
    }

    /// <summary>Gives the memory back.</summary>
    public void Release() => (_bytes, _places, _used) = ([], [], 0);
}
