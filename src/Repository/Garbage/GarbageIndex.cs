using System.Collections.Immutable;
using System.Runtime.CompilerServices;
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
        ImmutableArray<ChunkIndexSummary> live = LogState.Live(state.Indexes);
        await foreach (
            (ChunkIndexSummary index, ChunkIndexTable table) in ReadAsync(repository, live, cancellationToken)
        )
        {
            // All of one rank: of several places of a chunk the lowest pack id comes first. By the order of the log another
            // place would count after each compaction, and what this prune keeps would be garbage to the next.
            builder.Add(table, rank: 1);
            packs[index.Id] = PacksOf(table);
        }

        ChunkIndexSummary[] ofRuns =
        [
            .. state.OpenRuns.Select(run => run.Base).Distinct().SelectMany(IndexesAt).DistinctBy(index => index.Id),
        ];
        ChunkIndexSummary[] others =
        [
            .. ofRuns
                .Concat(state.ReplacedDuringRuns())
                .DistinctBy(index => index.Id)
                .Where(index => !packs.ContainsKey(index.Id)),
        ];
        await foreach (
            (ChunkIndexSummary index, ChunkIndexTable table) in ReadAsync(repository, others, cancellationToken)
        )
        {
            packs[index.Id] = PacksOf(table);
        }

        return new GarbageIndex(
            [.. live.Select(index => (index, packs[index.Id]))],
            builder.Build(),
            ofRuns.SelectMany(index => packs[index.Id]).ToHashSet()
        );

        IEnumerable<ChunkIndexSummary> IndexesAt(long runBase) => LogState.Live(state.WithIndexesUpTo(runBase).Indexes);
    }

    private static ImmutableArray<PackId> PacksOf(ChunkIndexTable table) =>
        [.. table.Packs.ToArray().Select(pack => pack.Id)];

    private static async IAsyncEnumerable<(ChunkIndexSummary Index, ChunkIndexTable Rows)> ReadAsync(
        BackupRepository repository,
        IReadOnlyList<ChunkIndexSummary> indexes,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (
            (ChunkIndexSummary index, (ChunkIndexTable? rows, bool isMissing)) in ChunkIndexSequence.TryReadAsync(
                repository.Blobs,
                indexes,
                cancellationToken
            )
        )
        {
            yield return rows is not null
                ? (index, rows)
                : throw new PermanentException(
                    ErrorKind.Repository,
                    "Nobody can tell what is needed, and nothing is collected: "
                        + new LostChunkIndex(index, isMissing).Warning
                );
        }
    }
}
