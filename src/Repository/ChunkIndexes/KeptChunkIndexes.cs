using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>The chunk indexes of the log states that are in use, each loaded once. Thread-safe.</summary>
internal sealed class KeptChunkIndexes(SealedBlobs blobs, KeyRing keys, string cacheDirectory, TimeProvider time)
    : IDisposable
{
    /// <summary>Log states whose index is kept: that of a run, and that of whoever reads meanwhile.</summary>
    private const int MaxIndexes = 2;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<(UInt128 Key, ChunkIndex Index)> _indexes = [];

    /// <inheritdoc cref="BackupRepository.LoadIndexAsync"/>
    public async Task<ChunkIndex> LoadAsync(LogState state, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ImmutableArray<ChunkIndexSummary> live = LogState.Live(state.Indexes);
            UInt128 key = ChunkIndex.KeyOf(keys.Repository, live);
            if (_indexes.Find(index => index.Key == key) is { Index: { } loaded })
            {
                return loaded;
            }

            CacheLeftovers.Delete(cacheDirectory, time);
            ChunkIndex index = await LoadAsync(live, state.TombstonedPacks(), cancellationToken);
            _indexes.Add((key, index));
            if (_indexes.Count > MaxIndexes)
            {
                // Whoever still reads it keeps it open; then its file is closed.
                _indexes.RemoveAt(0);
            }

            return index;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        foreach ((_, ChunkIndex index) in _indexes)
        {
            index.Dispose();
        }

        _gate.Dispose();
    }

    private async Task<ChunkIndex> LoadAsync(
        ImmutableArray<ChunkIndexSummary> live,
        HashSet<PackId> tombstoned,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ChunkIndex.LoadAsync(blobs, keys.Repository, cacheDirectory, live, cancellationToken);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            return await new ChunkIndexReading(blobs, keys, cacheDirectory).LoadAsync(
                live,
                tombstoned,
                cancellationToken
            );
        }
    }
}
