using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <param name="UniqueBytes">About as many would be free without this set, and no other needs them.</param>
public sealed record SetUse(SetSummary Set, long UniqueBytes);

/// <summary>What the sets of a repository take up, and how much of the storage none of them needs.</summary>
/// <param name="Sets">In the order of the log.</param>
/// <param name="Packs">In the store.</param>
/// <param name="StoredBytes">Of these.</param>
/// <param name="UnusedBytes">About as many of these hold nothing that a set needs, tombstoned packs included.</param>
public sealed record RepositoryUse(ImmutableArray<SetUse> Sets, long Packs, long StoredBytes, long UnusedBytes)
{
    /// <summary>Of all packs, by one listing.</summary>
    public static async Task<long> ReadStoredBytesAsync(
        BackupRepository repository,
        CancellationToken cancellationToken
    )
    {
        long bytes = 0;
        await foreach (BlobItem item in repository.Blobs.Store.ListAsync(PackId.Prefix, cancellationToken))
        {
            bytes += PackId.TryParseBlobName(item.Name, out _) ? item.Length : 0;
        }

        return bytes;
    }

    /// <summary>Follows every set; reads listings, and no file.</summary>
    /// <exception cref="PermanentException">
    /// Repository: an index blob is lost, or a set cannot be followed.
    /// </exception>
    public static async Task<RepositoryUse> ReadAsync(
        BackupRepository repository,
        LogState state,
        CancellationToken cancellationToken
    )
    {
        StoreListing store = await StoreListing.ReadAsync(repository.Blobs.Store, cancellationToken);
        using GarbageIndex index = await GarbageIndex.ReadAsync(repository, state, null, cancellationToken);
        using ReachableChunks reached = new(repository, index.CreateReader(repository), repository.CacheDirectory);
        await reached.AddAsync(state.Sets, cancellationToken);
        Dictionary<(PackId Pack, int Set), long> unique = [];
        PackUse use = PackUse.Count(
            index.Rows,
            reached.ReadSorted(),
            store.IsWhole,
            (place, set) =>
            {
                if (set != ReachableChunks.Several)
                {
                    unique[(place.Pack.Id, set)] = unique.GetValueOrDefault((place.Pack.Id, set)) + place.Length;
                }
            }
        );
        double[] ofSet = new double[state.Sets.Length];
        foreach (((PackId pack, int set), long bytes) in unique)
        {
            ofSet[set] += use[pack].Pack.Length * ((double)bytes / use[pack].Total);
        }

        long used = use.Packs.Where(pack => store.IsWhole(pack.Pack)).Sum(pack => pack.Pack.Length - pack.UnusedBytes);
        long stored = store.Packs.Values.Sum();
        return new RepositoryUse(
            [.. state.Sets.Select((set, number) => new SetUse(set, (long)ofSet[number]))],
            store.Packs.Count,
            stored,
            stored - used
        );
    }
}
