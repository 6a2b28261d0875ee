using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// Writes index blobs in the place of those that name packs which are given up, and of small ones once there are many.
/// Rows stay in their order, so that each blob names few packs.
/// </summary>
internal sealed class IndexCompaction(BackupRepository repository)
{
    /// <summary>With fewer rows than this a blob is small.</summary>
    private const int SmallRows = ChunkIndexBlobs.UsualRows / 2;

    /// <summary>So many small ones are left as they are.</summary>
    private const int MaxSmall = 8;

    public static bool IsSmall(ChunkIndexSummary index) => index.Rows < SmallRows;

    /// <summary>Which index blobs are to be replaced.</summary>
    /// <param name="givenUp">Packs that no index blob may name any more.</param>
    /// <param name="added">Index blobs that are named besides.</param>
    /// <param name="mustReplace">Whether one is to be written anew, whatever it names.</param>
    public static ImmutableArray<ChunkIndexSummary> Choose(
        GarbageIndex index,
        IReadOnlySet<PackId> givenUp,
        int added,
        Func<ChunkIndexId, bool> mustReplace
    ) => Choose(index.Live, givenUp, added, mustReplace);

    /// <inheritdoc cref="Choose(GarbageIndex, IReadOnlySet{PackId}, int, Func{ChunkIndexId, bool})"/>
    /// <param name="named">The index blobs that count, each with the packs that it names.</param>
    public static ImmutableArray<ChunkIndexSummary> Choose(
        ImmutableArray<(ChunkIndexSummary Index, ImmutableArray<PackId> Packs)> named,
        IReadOnlySet<PackId> givenUp,
        int added,
        Func<ChunkIndexId, bool>? mustReplace = null
    )
    {
        HashSet<ChunkIndexId> chosen =
        [
            .. named
                .Where(live => live.Packs.Any(givenUp.Contains) || mustReplace?.Invoke(live.Index.Id) == true)
                .Select(live => live.Index.Id),
        ];
        ChunkIndexSummary[] small =
        [
            .. named.Select(live => live.Index).Where(live => IsSmall(live) && !chosen.Contains(live.Id)),
        ];
        if (small.Length + (chosen.Count > 0 ? 1 : 0) + added > MaxSmall)
        {
            chosen.UnionWith(small.Select(live => live.Id));
        }

        return [.. named.Select(live => live.Index).Where(live => chosen.Contains(live.Id))];
    }

    /// <summary>Writes all rows of some index blobs, but for those of packs that are given up.</summary>
    /// <returns>At least one blob where something is replaced; the first says what.</returns>
    public async Task<ImmutableArray<ChunkIndexBlob>> WriteAsync(
        ImmutableArray<ChunkIndexSummary> replaced,
        IReadOnlySet<PackId> givenUp,
        CancellationToken cancellationToken
    )
    {
        if (replaced.IsEmpty)
        {
            return [];
        }

        return await ChunkIndexBlobs.WriteReplacingAsync(
            repository.Blobs,
            ReadAsync(replaced, givenUp, cancellationToken),
            replaced.Select(index => index.Id),
            cancellationToken
        );
    }

    private async IAsyncEnumerable<ChunkPlace> ReadAsync(
        ImmutableArray<ChunkIndexSummary> replaced,
        IReadOnlySet<PackId> givenUp,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (
            (_, ChunkIndexTable table) in ChunkIndexSequence.ReadAsync(repository.Blobs, replaced, cancellationToken)
        )
        {
            foreach (ChunkPlace place in table.Places.Where(place => !givenUp.Contains(place.Pack.Id)))
            {
                yield return place;
            }
        }
    }
}
