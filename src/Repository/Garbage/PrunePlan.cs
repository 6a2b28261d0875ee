using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>What is to be given up, by the rules of <c>docs/repository-format.md</c>, section Garbage.</summary>
/// <param name="Dead">Packs that index blobs name and that nobody needs.</param>
/// <param name="Rewrite">Packs of which little is needed: once that is written anew, they are dead as well.</param>
/// <param name="Orphans">Packs and index blobs that the log does not name, by name.</param>
/// <param name="StoredBytes">Of the packs that are left then.</param>
/// <param name="UnusedBytes">Of these.</param>
/// <param name="IsPart">More is to be written anew, after the log says so of this.</param>
internal sealed record PrunePlan(
    IReadOnlySet<PackId> Dead,
    IReadOnlySet<PackId> Rewrite,
    IReadOnlyList<string> Orphans,
    long RewrittenBytes,
    long StoredBytes,
    long UnusedBytes,
    bool IsPart
)
{
    /// <summary>
    /// Packs that would be written anew if the store did not keep them. Their dates are to run out: as long as they lie
    /// ahead, nothing of them is given back.
    /// </summary>
    public IReadOnlySet<PackId> RewriteLater { get; init; } = new HashSet<PackId>();

    public bool IsGivenUp(PackId pack) => Dead.Contains(pack) || Rewrite.Contains(pack);

    /// <summary>The same where there was no time to write some packs anew; more is left to do then.</summary>
    public PrunePlan Without(IReadOnlySet<PackId> left, PackUse use) =>
        left.Count == 0
            ? this
            : this with
            {
                Rewrite = Rewrite.Where(pack => !left.Contains(pack)).ToHashSet(),
                UnusedBytes = UnusedBytes + left.Sum(pack => use[pack].UnusedBytes),
                IsPart = true,
            };

    /// <param name="own">What this prune has written, which the log does not name yet.</param>
    /// <param name="mayRewrite">Whether a pack can be read here, as far as is known.</param>
    /// <param name="mustRewrite">Whether a pack is to be written anew, however much of it is needed.</param>
    /// <param name="isKept">
    /// Whether the store keeps a pack for now: writing anew what is needed of it would only take up more. It is left out
    /// of the reckoning of what is unused.
    /// </param>
    /// <param name="repackLeft">Bytes that may still be written anew.</param>
    /// <param name="maxRewrite">So many packs are written anew at most before the log says so.</param>
    public static PrunePlan Make(
        LogState state,
        StoreListing store,
        GarbageIndex index,
        PackUse use,
        PackRewrite own,
        PruneOptions options,
        Func<PackEntry, bool> mayRewrite,
        Func<PackId, bool> mustRewrite,
        Func<PackId, bool> isKept,
        long repackLeft,
        int maxRewrite
    )
    {
        HashSet<PackId> dead = [];
        List<UsedPack> partly = [];
        List<UsedPack> keptPartly = [];
        (long stored, long unused, long keptStored, long keptUnused) = (0, 0, 0, 0);
        foreach (UsedPack pack in use.Packs)
        {
            bool isFree = !index.Held.Contains(pack.Pack.Id) && !own.Packs.Contains(pack.Pack.Id);
            if (isFree && pack.Used == 0)
            {
                dead.Add(pack.Pack.Id);
            }
            else if (isKept(pack.Pack.Id) && !mustRewrite(pack.Pack.Id) && store.IsWhole(pack.Pack))
            {
                keptStored += pack.Pack.Length;
                keptUnused += pack.UnusedBytes;
                if (pack.UnusedBytes > 0 && mayRewrite(pack.Pack))
                {
                    keptPartly.Add(pack);
                }
            }
            else if (store.IsWhole(pack.Pack))
            {
                stored += pack.Pack.Length;
                unused += pack.UnusedBytes;
                if (isFree && (pack.UnusedBytes > 0 || mustRewrite(pack.Pack.Id)) && mayRewrite(pack.Pack))
                {
                    partly.Add(pack);
                }
            }
        }

        HashSet<PackId> rewrite = [];
        long rewritten = 0;
        bool isPart = false;
        foreach (
            UsedPack pack in partly
                .OrderByDescending(pack => mustRewrite(pack.Pack.Id))
                .ThenByDescending(pack => (double)pack.UnusedBytes / pack.Pack.Length)
        )
        {
            long needed = pack.Pack.Length - pack.UnusedBytes;
            bool isEnough = unused <= options.MaxUnused * stored && !mustRewrite(pack.Pack.Id);
            if (isEnough || isPart)
            {
                break;
            }

            if (rewritten + needed <= repackLeft)
            {
                rewrite.Add(pack.Pack.Id);
                rewritten += needed;
                stored -= pack.UnusedBytes;
                unused -= pack.UnusedBytes;
                isPart = rewritten >= options.RewriteAtOnce || rewrite.Count >= maxRewrite;
            }
        }

        HashSet<PackId> later = ChooseLater(
            keptPartly,
            stored + keptStored,
            unused + keptUnused,
            options.MaxUnused,
            repackLeft - rewritten
        );
        string[] orphans = [.. OrphanPacks(state, store, index, use, own), .. OrphanIndexes(state, store, own)];
        return new PrunePlan(dead, rewrite, orphans, rewritten, stored + keptStored, unused + keptUnused, isPart)
        {
            RewriteLater = later,
        };
    }

    /// <summary>Of packs that the store keeps, as many as it takes beside those that are written anew now.</summary>
    private static HashSet<PackId> ChooseLater(
        List<UsedPack> kept,
        long stored,
        long unused,
        double maxUnused,
        long repackLeft
    )
    {
        HashSet<PackId> later = [];
        foreach (UsedPack pack in kept.OrderByDescending(pack => (double)pack.UnusedBytes / pack.Pack.Length))
        {
            if (unused <= maxUnused * stored)
            {
                break;
            }

            long needed = pack.Pack.Length - pack.UnusedBytes;
            if (needed <= repackLeft)
            {
                later.Add(pack.Pack.Id);
                repackLeft -= needed;
                stored -= pack.UnusedBytes;
                unused -= pack.UnusedBytes;
            }
        }

        return later;
    }

    /// <summary>
    /// While a run is open it may have stored any of them, whatever a clock says, but for those of which a receipt says
    /// that they are another run's.
    /// </summary>
    private static IEnumerable<string> OrphanPacks(
        LogState state,
        StoreListing store,
        GarbageIndex index,
        PackUse use,
        PackRewrite own
    )
    {
        HashSet<PackId> named = [.. use.Packs.Select(pack => pack.Pack.Id), .. state.TombstonedPacks()];
        return store
            .Packs.Keys.Where(pack =>
                !named.Contains(pack)
                && !index.Held.Contains(pack)
                && !own.Packs.Contains(pack)
                && (
                    state.OpenRuns.IsEmpty
                    || (store.Receipts.TryGetValue(pack, out RunId run) && state.FindOpenRun(run) is null)
                )
            )
            .Select(pack => pack.BlobName);
    }

    private static IEnumerable<string> OrphanIndexes(LogState state, StoreListing store, PackRewrite own)
    {
        if (!state.OpenRuns.IsEmpty)
        {
            return [];
        }

        HashSet<ChunkIndexId> named =
        [
            .. state.Indexes.Select(index => index.Id),
            .. own.Indexes.Select(own => own.Id),
        ];
        HashSet<string> tombstoned = new(state.Tombstones, StringComparer.Ordinal);
        return store
            .Indexes.Keys.Where(index => !named.Contains(index))
            .Select(index => index.BlobName)
            .Where(name => !tombstoned.Contains(name));
    }
}
