using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>Which packs index blobs name, now and at the bases of open runs.</summary>
/// <param name="Live">The index blobs that count and can be read, each with the packs that it names.</param>
/// <param name="Held">Packs that an open run may lean on.</param>
/// <param name="IsHeldKnown">
/// False: an index blob of the base of an open run is lost, or one that was named since and was replaced.
/// </param>
internal sealed record NamedPacks(
    ImmutableArray<(ChunkIndexSummary Index, ImmutableArray<PackId> Packs)> Live,
    IReadOnlySet<PackId> Held,
    bool IsHeldKnown
)
{
    /// <param name="index">Of the same state.</param>
    public static async Task<NamedPacks> ReadAsync(
        BackupRepository repository,
        LogState state,
        ChunkIndex index,
        CancellationToken cancellationToken
    )
    {
        Dictionary<ChunkIndexId, ImmutableArray<PackId>?> packs = index.Lost.ToDictionary(
            static lost => lost.Index.Id,
            static ImmutableArray<PackId>? (_) => null
        );
        var live = ImmutableArray.CreateBuilder<(ChunkIndexSummary, ImmutableArray<PackId>)>();
        foreach (ChunkIndexSummary blob in LogState.Live(state.Indexes))
        {
            if (await PacksOfAsync(blob) is { } named)
            {
                live.Add((blob, named));
            }
        }

        HashSet<PackId> held = [];
        bool isKnown = true;
        foreach (long runBase in state.OpenRuns.Select(static run => run.Base).Distinct())
        {
            foreach (ChunkIndexSummary blob in LogState.Live(state.WithIndexesUpTo(runBase).Indexes))
            {
                ImmutableArray<PackId>? named = await PacksOfAsync(blob);
                isKnown &= named is not null;
                held.UnionWith(named ?? []);
            }
        }

        foreach (ChunkIndexSummary blob in state.ReplacedDuringRuns())
        {
            isKnown &= await PacksOfAsync(blob) is not null;
        }

        return new NamedPacks(live.ToImmutable(), held, isKnown);

        async ValueTask<ImmutableArray<PackId>?> PacksOfAsync(ChunkIndexSummary blob)
        {
            if (!packs.TryGetValue(blob.Id, out ImmutableArray<PackId>? named))
            {
                (ChunkIndexTable? rows, _) = await ChunkIndexBlobs.TryReadAsync(
                    repository.Blobs,
                    blob.ToBlob(),
                    cancellationToken
                );
                packs[blob.Id] = named = rows is null ? null : [.. rows.Packs.ToArray().Select(static pack => pack.Id)];
            }

            return named;
        }
    }
}
