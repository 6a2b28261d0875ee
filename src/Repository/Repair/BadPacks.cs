using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>
/// Finds the packs that do not hold what the index says. A pack never changes, so each is read once, however often the
/// log moves; one that looks damaged a second time, because a bad read would give it up.
/// </summary>
internal sealed class BadPacks(BackupRepository repository, RepairOptions options)
{
    private readonly Dictionary<PackId, string?> _known = [];
    private long _read;
    private long _readBytes;

    /// <summary>Packs that were read, and their bytes.</summary>
    public long Read => _read;

    public long ReadBytes => _readBytes;

    /// <returns>The bad ones that the index names, with why.</returns>
    public async Task<ImmutableSortedDictionary<PackId, string>> FindAsync(
        ChunkIndex index,
        StoreListing store,
        CancellationToken cancellationToken
    )
    {
        var bad = ImmutableSortedDictionary.CreateBuilder<PackId, string>();
        foreach (PackEntry pack in index.Packs.Where(pack => !store.IsWhole(pack)))
        {
            bad[pack.Id] = store.Packs.TryGetValue(pack.Id, out long length)
                ? $"it has {length} bytes, not {pack.Length}"
                : "it is missing";
        }

        if (!options.ReadsData)
        {
            return bad.ToImmutable();
        }

        PackEntry[] unread = [.. index.Packs.Where(pack => !bad.ContainsKey(pack.Id) && !_known.ContainsKey(pack.Id))];
        var data = new DataCheck(
            repository,
            index,
            await PackInventory.ListAsync(repository.Blobs.Store, index, cancellationToken)
        );
        (_, IReadOnlySet<PackId> first) = await data.RunAsync(unread, Count, cancellationToken);
        (_, IReadOnlySet<PackId> damaged) = await data.RunAsync(
            unread.Where(pack => first.Contains(pack.Id)),
            done: null,
            cancellationToken
        );
        foreach (PackEntry pack in unread)
        {
            _known[pack.Id] = damaged.Contains(pack.Id) ? "something in it is damaged" : null;
        }

        foreach (PackEntry pack in index.Packs.Where(pack => !bad.ContainsKey(pack.Id)))
        {
            if (_known[pack.Id] is { } why)
            {
                bad[pack.Id] = why;
            }
        }

        return bad.ToImmutable();
    }

    private void Count(PackEntry pack)
    {
        Interlocked.Increment(ref _read);
        Interlocked.Add(ref _readBytes, pack.Length);
        options.OnRead?.Invoke(pack.Length);
    }
}
