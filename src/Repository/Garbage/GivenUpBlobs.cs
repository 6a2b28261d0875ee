using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>What may be deleted by a state of the log, and what of it does not exist any more.</summary>
internal static class GivenUpBlobs
{
    /// <summary>
    /// Blobs of the listing that may be deleted: tombstoned ones, index blobs that others replace and that no open run
    /// reads, pages and receipts of runs that have ended, old configs.
    /// </summary>
    /// <param name="configs">Old configs that may go (<see cref="OldConfigs"/>).</param>
    /// <param name="store">Older than the state: what a run has begun since is not in it.</param>
    public static IEnumerable<(string Name, long Length)> Deletable(
        LogState state,
        StoreListing store,
        IReadOnlyList<int> configs
    )
    {
        foreach (string name in state.Tombstones)
        {
            if (LengthOf(name, store) is { } length)
            {
                yield return (name, length);
            }
        }

        foreach (ChunkIndexId index in Replaced(state))
        {
            if (store.Indexes.TryGetValue(index, out long length))
            {
                yield return (index.BlobName, length);
            }
        }

        foreach ((RunId run, string name, long length) in store.RunBlobs())
        {
            if (state.FindOpenRun(run) is null)
            {
                yield return (name, length);
            }
        }

        foreach (int config in configs)
        {
            yield return (ConfigFile.BlobName(config), 0);
        }
    }

    /// <summary>
    /// Names that the log can forget. An index blob that replaces others is not among them while one of these is there.
    /// </summary>
    public static IReadOnlySet<string> Gone(LogState state, StoreListing store)
    {
        HashSet<string> gone = new(StringComparer.Ordinal);
        gone.UnionWith(state.Tombstones.Where(name => LengthOf(name, store) is null));
        Dictionary<ChunkIndexId, ChunkIndexSummary> indexes = state.Indexes.ToDictionary(index => index.Id);
        HashSet<ChunkIndexId> lost = [.. Replaced(state).Where(index => !store.Indexes.ContainsKey(index))];
        for (int before = -1; before != lost.Count; )
        {
            before = lost.Count;
            lost.RemoveWhere(index =>
                !indexes[index].Replaces.IsDefault
                && indexes[index].Replaces.Any(older => indexes.ContainsKey(older) && !lost.Contains(older))
            );
        }

        gone.UnionWith(lost.Select(index => index.BlobName));
        return gone;
    }

    /// <summary>Index blobs that others replace, and that no run reads which is open: its base is after that.</summary>
    private static IEnumerable<ChunkIndexId> Replaced(LogState state)
    {
        long oldest = state.OpenRuns.IsEmpty ? long.MaxValue : state.OpenRuns.Min(run => run.Base);
        HashSet<ChunkIndexId> known = [.. state.Indexes.Select(index => index.Id)];
        return state
            .Indexes.Where(index => !index.Replaces.IsDefault && index.Sequence <= oldest)
            .SelectMany(index => index.Replaces)
            .Where(known.Contains)
            .Distinct();
    }

    private static long? LengthOf(string name, StoreListing store) =>
        PackId.TryParseBlobName(name, out PackId pack)
            ? store.Packs.TryGetValue(pack, out long length)
                ? length
                : null
            : ChunkIndexId.TryParseBlobName(name, out ChunkIndexId index)
            && store.Indexes.TryGetValue(index, out length)
                ? length
                : null;
}
