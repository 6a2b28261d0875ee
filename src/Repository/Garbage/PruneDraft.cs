using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>The entry of the log that gives up what a plan says, and names what was written for it.</summary>
/// <param name="IsWhole">Nothing was left out because an entry has no room for it.</param>
internal sealed record PruneDraft(TombstoneDraft Entry, bool IsWhole)
{
    /// <summary>Writes the index blobs that are to count in place of others.</summary>
    /// <param name="written">What the entry is to name, and what was written in vain.</param>
    /// <param name="isOld">Whether an index blob is to be written anew, because of its key.</param>
    /// <param name="maxNames">Names that the entry has room for.</param>
    public static async Task<PruneDraft> WriteAsync(
        BackupRepository repository,
        LogState state,
        StoreListing store,
        GarbageIndex index,
        PrunePlan plan,
        UnnamedRewrite written,
        Func<ChunkIndexId, bool> isOld,
        int maxNames,
        CancellationToken cancellationToken
    )
    {
        // Packs first whose chunks were written anew: these must not count twice.
        PackId[] packs = [.. plan.Rewrite, .. plan.Dead.Order()];
        HashSet<PackId> givenUp = [.. packs.Take(maxNames)];
        string[] others = [.. written.Discarded.Except(state.Tombstones, StringComparer.Ordinal).Union(plan.Orphans)];
        string[] names =
        [
            .. givenUp.Select(pack => pack.BlobName),
            .. others.Take(Math.Max(0, maxNames - givenUp.Count)),
        ];
        IReadOnlyList<ChunkIndexBlob> own = written.Packs.Indexes;
        ImmutableArray<ChunkIndexBlob> compacted = await new IndexCompaction(repository).WriteAsync(
            IndexCompaction.Choose(index, givenUp, own.Count, isOld),
            givenUp,
            cancellationToken
        );
        TombstoneDraft entry = new(
            [.. names],
            [.. own, .. compacted],
            [.. GivenUpBlobs.Gone(state, store).Take(maxNames)]
        );
        return new PruneDraft(entry, names.Length == givenUp.Count + others.Length && givenUp.Count == packs.Length);
    }
}
