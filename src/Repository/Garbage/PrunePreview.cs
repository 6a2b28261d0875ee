using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>What a prune would do now. Writes nothing.</summary>
internal sealed class PrunePreview(BackupRepository repository, CollectorLog log, PrunePlanner planner)
{
    public async Task<PruneReport> RunAsync(CancellationToken cancellationToken)
    {
        using PackRewrite own = new(repository);
        StoreListing store = await StoreListing.ReadAsync(repository.Blobs.Store, cancellationToken);
        LogHead head = await log.ReadHeadAsync(cancellationToken);
        using GarbageIndex index = await GarbageIndex.ReadAsync(repository, head.State, null, cancellationToken);
        PackUse use = await planner.MarkAsync(head.State, store, index, cancellationToken);
        await planner.ReadHeadersAsync(store, cancellationToken);
        PrunePlan plan = planner.Plan(head.State, store, index, use, own, namedBytes: 0);
        (IReadOnlyList<int> configs, _) = await planner.OldConfigsAsync(head.State, store, cancellationToken);
        ILookup<bool, (string Name, long Length)> kept = Deleted(head.State, store, index, plan, configs)
            .ToLookup(blob => planner.KeptNow(store, blob.Name) is not null);
        return new PruneReport(
            FreedBytes: kept[false].Sum(blob => blob.Length),
            RepackedBytes: plan.RewrittenBytes,
            DeletedBlobs: kept[false].Count(),
            LaterBlobs: kept[true].Count(),
            LaterBytes: kept[true].Sum(blob => blob.Length),
            LaterFrom: kept[true].Min(blob => planner.KeptNow(store, blob.Name)),
            plan.StoredBytes,
            plan.UnusedBytes
        )
        {
            Warnings = planner.Warnings(plan),
        };
    }

    private (string Name, long Length)[] Deleted(
        LogState state,
        StoreListing store,
        GarbageIndex index,
        PrunePlan plan,
        IReadOnlyList<int> configs
    )
    {
        HashSet<PackId> dead = [.. plan.Dead, .. plan.Rewrite];
        LogState after = state with
        {
            Tombstones = [.. state.Tombstones, .. plan.Orphans, .. dead.Select(pack => pack.BlobName)],
        };
        return
        [
            .. GivenUpBlobs.Deletable(after, store, configs),
            .. IndexCompaction
                .Choose(index, dead, plan.Rewrite.Count > 0 ? 1 : 0, planner.IsOld)
                .Where(_ => after.OpenRuns.IsEmpty)
                .Select(replaced => (replaced.Id.BlobName, store.Indexes.GetValueOrDefault(replaced.Id))),
        ];
    }
}
