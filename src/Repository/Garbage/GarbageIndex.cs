using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// The index of a log state as a collector needs it: read from the store, whatever is in a cache, with the packs that
/// each index blob names, and those that open runs may lean on.
/// </summary>
/// <param name="Live">The index blobs that count, in the order of the log, each with the packs that it names.</param>
/// <param name="Rows">Their rows; before them those of packs that the collector has just written.</param>
/// <param name="Held">Packs that an index blob names which the log named at the base of an open run.</param>
internal sealed record GarbageIndex(
    ImmutableArray<(ChunkIndexSummary Index, ImmutableArray<PackId> Packs)> Live,
    RowFile Rows,
    IReadOnlySet<PackId> Held
) : IDisposable
{
    /// <param name="own">Rows of packs that the collector has just written; null where there are none.</param>
    /// <exception cref="PermanentException">Repository: an index blob is lost.</exception>
    public static async Task<GarbageIndex> ReadAsync(
        BackupRepository repository,
        LogState state,
        RowFile? own,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await TryReadAsync(repository, state, own, cancellationToken);
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(repository.CacheDirectory, exception);
        }
    }

    /// <summary>Reads chunks at these places.</summary>
    public IChunkSource CreateReader(BackupRepository repository) =>
        repository.CreateReader(new ChunkIndex(Rows, [.. Live.Select(live => live.Index)]), null);

    public void Dispose() => Rows.Dispose();

    private static async Task<GarbageIndex> TryReadAsync(
        BackupRepository repository,
        LogState state,
        RowFile? own,
        CancellationToken cancellationToken
    )
    {
        CacheDirectory.Create(repository.CacheDirectory);
        using RowFileBuilder builder = new(repository.CacheDirectory);
        if (own is not null)
        {
            builder.Add(own, rank: 0);
        }

        Dictionary<ChunkIndexId, ImmutableArray<PackId>> packs = [];
        List<(ChunkIndexSummary, ImmutableArray<PackId>)> live = [];
        foreach (ChunkIndexSummary index in LogState.Live(state.Indexes))
        {
            ChunkIndexTable table = await ReadAsync(repository, index, cancellationToken);
            // All of one rank: of several places of a chunk the lowest pack id comes first. By the order of the log another
            // place would count after each compaction, and what this prune keeps would be garbage to the next.
            builder.Add(table, rank: 1);
            packs[index.Id] = PacksOf(table);
            live.Add((index, packs[index.Id]));
        }

        HashSet<PackId> held = [];
        foreach (long runBase in state.OpenRuns.Select(run => run.Base).Distinct())
        {
            foreach (ChunkIndexSummary index in LogState.Live(state.WithIndexesUpTo(runBase).Indexes))
            {
                if (!packs.TryGetValue(index.Id, out ImmutableArray<PackId> named))
                {
                    ChunkIndexTable table = await ReadAsync(repository, index, cancellationToken);
                    packs[index.Id] = named = PacksOf(table);
                }

                held.UnionWith(named);
            }
        }

        foreach (ChunkIndexSummary index in state.ReplacedDuringRuns().Where(index => !packs.ContainsKey(index.Id)))
        {
            await ReadAsync(repository, index, cancellationToken);
        }

        return new GarbageIndex([.. live], builder.Build(), held);
    }

    private static ImmutableArray<PackId> PacksOf(ChunkIndexTable table) =>
        [.. table.Packs.ToArray().Select(pack => pack.Id)];

    private static async Task<ChunkIndexTable> ReadAsync(
        BackupRepository repository,
        ChunkIndexSummary index,
        CancellationToken cancellationToken
    )
    {
        (ChunkIndexTable? rows, bool isMissing) = await ChunkIndexBlobs.TryReadAsync(
            repository.Blobs,
            index.ToBlob(),
            cancellationToken
        );
        return rows
            ?? throw new PermanentException(
                ErrorKind.Repository,
                $"Nobody can tell what is needed, and nothing is collected: {new LostChunkIndex(index, isMissing).Warning}"
            );
    }
}
