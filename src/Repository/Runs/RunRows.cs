using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Runs;

/// <summary>
/// Places of chunks, the one that came first for each. Rows beyond a small number are kept in local files, so a first
/// full backup of millions of files takes constant memory. Thread-safe.
/// </summary>
internal sealed class RunRows(string cacheDirectory) : IDisposable
{
    private const int TailRows = 16_384;

    private readonly Lock _gate = new();
    private readonly Dictionary<ChunkId, ChunkPlace> _tail = [];
    private ImmutableArray<RowFile> _levels = [];

    public bool TryFind(ChunkId id, out ChunkPlace place)
    {
        ImmutableArray<RowFile> levels;
        lock (_gate)
        {
            if (_tail.TryGetValue(id, out place))
            {
                return true;
            }

            levels = _levels;
        }

        foreach (RowFile level in levels)
        {
            if (level.TryFind(id, out place))
            {
                return true;
            }
        }

        return false;
    }

    public void Add(IEnumerable<ChunkPlace> places)
    {
        lock (_gate)
        {
            foreach (ChunkPlace place in places)
            {
                _tail.TryAdd(place.Id, place);
                if (_tail.Count >= TailRows)
                {
                    Spill();
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (RowFile level in _levels)
            {
                level.Dispose();
            }

            _levels = [];
        }
    }

    /// <summary>
    /// Moves the tail into a file and merges files of like size, so that there are never more than a few.
    /// </summary>
    private void Spill()
    {
        try
        {
            CacheDirectory.Create(cacheDirectory);
            using RowFileBuilder builder = new(cacheDirectory);
            builder.Add(ChunkIndexTable.Decode(ChunkIndexTable.Encode(_tail.Values), "rows of the run"), rank: 0);
            ImmutableArray<RowFile> levels = _levels;
            while (!levels.IsEmpty && levels[^1].Count <= 4 * builder.Rows)
            {
                builder.Add(levels[^1], rank: 0);
                levels = levels.RemoveAt(levels.Length - 1);
            }

            // Replaced files are closed when no lookup uses them.
            _levels = levels.Add(builder.Build());
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(cacheDirectory, exception);
        }

        _tail.Clear();
    }
}
