using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>What became of lost index blobs.</summary>
/// <param name="Lost">In the order of the log.</param>
/// <param name="Indexes">
/// Index blobs that stand in their place, once a manifest names them; none where nothing is lost.
/// </param>
/// <param name="Warnings">One line each.</param>
public sealed record RebuiltChunkIndex(
    ImmutableArray<LostChunkIndex> Lost,
    ImmutableArray<ChunkIndexBlob> Indexes,
    ImmutableArray<string> Warnings
)
{
    public static readonly RebuiltChunkIndex Nothing = new([], [], []);
}

/// <summary>
/// Finds index blobs that are lost from the store, and writes what they held under new names, from the directories of
/// the packs. A damaged blob stays where it is: nothing in the repository is ever overwritten.
/// </summary>
internal sealed class ChunkIndexRebuild(BackupRepository repository)
{
    /// <summary>
    /// So many index blobs, of so many bytes together, are read by every run; of more, each run reads as many, a part that
    /// is drawn: sets are forgotten, so that their number does not say whose turn it is. The length of all is looked at
    /// each time, and a full scan reads all.
    /// </summary>
    internal const int MaxBlobsEachTime = 8;

    /// <inheritdoc cref="MaxBlobsEachTime"/>
    internal const long MaxReadEachTime = 512L << 20;

    private const int BlobsAtOnce = 4;
    private const int MaxNamed = 5;

    public async Task<RebuiltChunkIndex> RunAsync(
        LogState state,
        RunId run,
        bool readAll,
        CancellationToken cancellationToken
    )
    {
        if (!await IsAnyLostAsync(LogState.Live(state.Indexes), readAll, Random.Shared.Next(), cancellationToken))
        {
            return RebuiltChunkIndex.Nothing;
        }

        using ChunkIndex index = await repository.ReadIndexAsync(
            state.Indexes,
            await NotReadAsync(state, run, cancellationToken),
            cancellationToken
        );
        return index.Lost.IsEmpty
            ? RebuiltChunkIndex.Nothing
            : new RebuiltChunkIndex(
                index.Lost,
                await ChunkIndexBlobs.WriteReplacingAsync(
                    repository.Blobs,
                    index.Rebuilt.ToAsyncEnumerable(),
                    index.Lost.Select(lost => lost.Index.Id),
                    cancellationToken
                ),
                [.. Warnings(index)]
            );
    }

    /// <summary>The run's own, and those that are given up and may be deleted at any time.</summary>
    private async Task<HashSet<PackId>> NotReadAsync(LogState state, RunId run, CancellationToken cancellationToken)
    {
        HashSet<PackId> packs = state.TombstonedPacks();
        packs.UnionWith((await RunBelongings.ReadAsync(repository.Blobs, run, cancellationToken)).Packs);
        return packs;
    }

    private async Task<bool> IsAnyLostAsync(
        ImmutableArray<ChunkIndexSummary> live,
        bool readAll,
        int turn,
        CancellationToken cancellationToken
    )
    {
        Dictionary<ChunkIndexId, long> lengths = [];
        await foreach (BlobItem item in repository.Blobs.Store.ListAsync(ChunkIndexId.Prefix, cancellationToken))
        {
            if (ChunkIndexId.TryParseBlobName(item.Name, out ChunkIndexId id))
            {
                lengths[id] = item.Length;
            }
        }

        if (live.Any(index => !lengths.TryGetValue(index.Id, out long length) || length < ShortestLength(index)))
        {
            return true;
        }

        ImmutableArray<ChunkIndexSummary> read = readAll ? live : ShareOf(live, index => lengths[index.Id], turn);
        int lost = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = BlobsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            read,
            options,
            async (index, token) =>
            {
                (ChunkIndexTable? rows, _) = await ChunkIndexBlobs.TryReadAsync(
                    repository.Blobs,
                    index.ToBlob(),
                    token
                );
                Interlocked.Add(ref lost, rows is null ? 1 : 0);
            }
        );
        return lost > 0;
    }

    /// <summary>
    /// The blobs in parts of <see cref="MaxBlobsEachTime"/> and <see cref="MaxReadEachTime"/> in the order of the log, and
    /// of these parts the one whose turn it is.
    /// </summary>
    /// <param name="turn">Any number from 0 on.</param>
    internal static ImmutableArray<ChunkIndexSummary> ShareOf(
        ImmutableArray<ChunkIndexSummary> live,
        Func<ChunkIndexSummary, long> lengthOf,
        int turn
    )
    {
        long before = 0;
        List<List<ChunkIndexSummary>> parts =
        [
            [],
        ];
        foreach (ChunkIndexSummary index in live)
        {
            long length = lengthOf(index);
            if (parts[^1].Count == MaxBlobsEachTime || (before > 0 && before + length > MaxReadEachTime))
            {
                parts.Add([]);
                before = 0;
            }

            before += length;
            parts[^1].Add(index);
        }

        return [.. parts[turn % parts.Count]];
    }

    /// <summary>The ids of chunks alone, which no compression makes shorter.</summary>
    private static long ShortestLength(ChunkIndexSummary index) =>
        ObjectHeader.Size + ((long)index.Rows * ChunkId.Size);

    private static IEnumerable<string> Warnings(ChunkIndex index)
    {
        string more = index.Lost.Length > MaxNamed ? "; ..." : string.Empty;
        string names = string.Join("; ", index.Lost.Take(MaxNamed).Select(lost => lost.ToString())) + more;
        yield return $"The repository lost {index.Lost.Length} index blobs ({names}): {index.RebuiltCount} places of "
            + "chunks were read from the directories of the packs, and written anew. "
            + "Find out what happened to the storage.";

        long rows = index.Lost.Sum(lost => (long)lost.Index.Rows);
        if (index.RebuiltCount < rows || index.UnreadablePacks > 0)
        {
            yield return $"The lost index blobs named {rows} places, and {index.UnreadablePacks} packs could not be "
                + "read: packs are lost as well. Run 'abf verify': it names what the sets lack.";
        }
    }
}
