using AlfrescoBackupFlows.Repository.Cache;

namespace AlfrescoBackupFlows.Repository.Sorting;

/// <summary>
/// Sorts byte records by a comparison of ours (never a database's collation) in bounded memory: what does not fit is
/// spilled, sorted, to files that only this user may read and that vanish when they are closed. Records are added, then
/// read once. Not for several threads.
/// </summary>
/// <param name="directory">Where the spill files are; it exists.</param>
/// <param name="comparison">The order.</param>
/// <param name="memoryBytes">About how much memory the records may take.</param>
public sealed class ExternalSort(string directory, SpanComparison comparison, int memoryBytes = 32 * 1024 * 1024)
    : IDisposable
{
    /// <summary>The most bytes of a record.</summary>
    public const int MaxRecordBytes = 1 << 20;

    /// <summary>Files merged at once; more are merged in several passes.</summary>
    private const int FanIn = 32;

    private readonly SortBuffer _buffer = new(memoryBytes, comparison);
    private readonly List<SpillFile> _spills = [];

    public void Add(ReadOnlySpan<byte> record)
    {
        if (record.Length > MaxRecordBytes)
        {
            throw new ArgumentException($"A record of {record.Length} bytes is too long.", nameof(record));
        }

        if (!_buffer.TryAdd(record))
        {
            Spill();
            if (!_buffer.TryAdd(record))
            {
                throw new ArgumentException(
                    $"A record of {record.Length} bytes does not fit into {memoryBytes} bytes of memory.",
                    nameof(record)
                );
            }
        }
    }

    /// <summary>All records in order, each valid until the next. Called once.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ReadSorted()
    {
        if (_spills.Count == 0)
        {
            return _buffer.ReadSorted();
        }

        Spill();
        _buffer.Release();
        while (_spills.Count > FanIn)
        {
            List<SpillFile> batch = _spills.GetRange(0, FanIn);
            SpillFile merged = Write(SpillMerge.Merge(batch, comparison));
            batch.ForEach(spill => spill.Dispose());
            _spills.RemoveRange(0, FanIn);
            _spills.Add(merged);
        }

        return SpillMerge.Merge(_spills, comparison);
    }

    public void Dispose()
    {
        _spills.ForEach(spill => spill.Dispose());
        _spills.Clear();
    }

    private void Spill()
    {
        if (_buffer.Count > 0)
        {
            _spills.Add(Write(_buffer.ReadSorted()));
            _buffer.Clear();
        }
    }

    private SpillFile Write(IEnumerable<ReadOnlyMemory<byte>> records)
    {
        try
        {
            return SpillFile.Write(directory, records);
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(directory, exception);
        }
    }
}

/// <summary>Compares two records of an <see cref="ExternalSort"/>.</summary>
public delegate int SpanComparison(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);
