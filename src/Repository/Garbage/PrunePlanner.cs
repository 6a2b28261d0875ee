using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// Finds out what can go, and writes nothing. Packs that proved damaged on the way count for none from there on.
/// </summary>
/// <param name="maxNames">Names that one entry of the log gives up.</param>
internal sealed class PrunePlanner(BackupRepository repository, PruneOptions options, int maxNames)
{
    private readonly SortedDictionary<PackId, string> _damaged = [];

    /// <summary>The keys that blobs are sealed under, as far as they were read.</summary>
    public SealedUnder Sealed { get; } = new(repository.Blobs.Store, repository.Ring.Repository);

    /// <summary>Reads under which keys packs and index blobs are sealed, where that matters.</summary>
    public async Task ReadHeadersAsync(StoreListing store, CancellationToken cancellationToken)
    {
        if (options.ResealsBelow > 0)
        {
            IEnumerable<string> names = store.Packs.Keys.Select(pack => pack.BlobName);
            await Sealed.ReadAsync(names.Concat(store.Indexes.Keys.Select(index => index.BlobName)), cancellationToken);
        }
    }

    /// <summary>How much of each pack the sets need.</summary>
    /// <exception cref="PermanentException">Repository: something that sets need is stored nowhere.</exception>
    public async Task<PackUse> MarkAsync(
        LogState state,
        StoreListing store,
        GarbageIndex index,
        CancellationToken cancellationToken
    )
    {
        using ReachableChunks reached = new(repository, index.CreateReader(repository), repository.CacheDirectory);
        await reached.AddAsync(state.Sets, cancellationToken);
        PackUse use = PackUse.Count(
            index.Rows,
            reached.ReadSorted(),
            pack => store.IsWhole(pack) && !_damaged.ContainsKey(pack.Id)
        );
        return use.Missing == 0
            ? use
            : throw new PermanentException(
                ErrorKind.Repository,
                $"Nothing is collected: {use.Missing} chunks that sets need are stored nowhere, the first is "
                    + $"{use.FirstMissing}. 'abf verify' names the sets; a full scan stores again what the source still "
                    + "has. Forget the sets that cannot be healed."
            );
    }

    /// <param name="own">What this prune has written, which the log does not name yet.</param>
    /// <param name="namedBytes">Of packs that it has written, and that the log names by now.</param>
    public PrunePlan Plan(
        LogState state,
        StoreListing store,
        GarbageIndex index,
        PackUse use,
        PackRewrite own,
        long namedBytes
    ) =>
        PrunePlan.Make(
            state,
            store,
            index,
            use,
            own,
            options,
            pack =>
                !_damaged.ContainsKey(pack.Id) && (pack.Class == ChunkClass.Metadata || !repository.Ring.WritesOnly),
            pack => IsOld(pack.BlobName),
            pack => KeptNow(store, pack.BlobName) is not null,
            (options.MaxRepack ?? long.MaxValue) - namedBytes - own.Bytes,
            maxNames
        );

    /// <summary>
    /// The configs before the one that counts. Those that the store keeps for now are looked into once that ends; where
    /// dates are extended, in time for that.
    /// </summary>
    public async Task<(IReadOnlyList<int> Deletable, IReadOnlyList<int> Needed)> OldConfigsAsync(
        LogState state,
        StoreListing store,
        CancellationToken cancellationToken
    )
    {
        var old = new OldConfigs(repository.Blobs.Store, repository.Ring);
        int[] older = [.. store.Configs.Where(number => number < state.Config.Number)];
        return await old.JudgeAsync(
            older,
            state.Config.Number,
            number =>
                KeptNow(store, ConfigFile.BlobName(number)) is { } until
                && (options.ProtectFor is not { } keepsFor || !Protection.IsDue(until, store.Newest, keepsFor)),
            cancellationToken
        );
    }

    /// <inheritdoc cref="StoreListing.KeptNow"/>
    public DateTimeOffset? KeptNow(StoreListing store, string name) => store.KeptNow(name, repository.Time.GetUtcNow());

    /// <summary>Whether an index blob is to be written anew, because of its key.</summary>
    public bool IsOld(ChunkIndexId index) => IsOld(index.BlobName);

    /// <summary>That something that is needed of these packs cannot be read, and why.</summary>
    public void NoteDamaged(IReadOnlyDictionary<PackId, string> damaged)
    {
        foreach ((PackId pack, string why) in damaged)
        {
            _damaged[pack] = why;
        }
    }

    /// <param name="unprotected">What could not be protected; null: nothing of the kind.</param>
    /// <param name="untidy">What could not be tidied up; null: nothing of the kind.</param>
    /// <returns>A line each; null where there is nothing to be said.</returns>
    public List<string>? Warnings(PrunePlan plan, string? unprotected = null, string? untidy = null)
    {
        string? writesOnly =
            repository.Ring.WritesOnly && plan.UnusedBytes > options.MaxUnused * plan.StoredBytes
                ? "Packs of documents, dumps and search index are not written anew, so more stays unused than is asked for: "
                    + "this machine writes only, its key file (repository.keyFile) does not open them. Run 'abf prune' "
                    + "where repository.passphraseFile names a passphrase of the repository."
                : null;
        List<string> warnings =
        [
            .. _damaged.Select(pack =>
                $"Pack '{pack.Key.BlobName}' is kept as it is, because what sets need of it cannot be read: {pack.Value}"
            ),
            .. new[] { unprotected, writesOnly, untidy }.OfType<string>(),
        ];
        return warnings.Count == 0 ? null : warnings;
    }

    private bool IsOld(string name) => Sealed.IsOld(name, options.ResealsBelow);
}
