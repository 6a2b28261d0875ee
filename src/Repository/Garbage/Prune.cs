using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// Gives back what no set needs, beside backups, restores and other prunes: no lock, the log decides. First the log says
/// what is given up and which index blobs count from there on, then it is deleted. It may be killed anywhere: the next
/// one finishes it. Used once.
/// </summary>
/// <param name="options">How far it goes.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design",
    "CA1001",
    Justification = "Used once, and each of its methods disposes of what it holds before it returns."
)]
public sealed class Prune(BackupRepository repository, PruneOptions options)
{
    /// <summary>Other writers were faster so often that something must be wrong.</summary>
    internal int MaxAttempts { get; init; } = 100;

    private readonly BlobDeletions _deletions = new(repository.Blobs.Store);
    private readonly HashSet<string> _discarded = new(StringComparer.Ordinal);
    private readonly SortedDictionary<PackId, string> _damaged = [];
    private readonly SealedUnder _sealed = new(repository.Blobs.Store, repository.Ring.Repository);
    private PackRewrite _own = new(repository);
    private long _repacked;
    private long _extended;
    private string? _unprotected;

    /// <summary>Names that one entry of the log gives up.</summary>
    internal int MaxNames { get; init; } = TombstoneRules.MaxItems;

    /// <exception cref="PermanentException">
    /// Repository: the log has an alarm, an index blob is lost or a set cannot be followed, so nobody can tell what is
    /// needed; nothing is deleted.
    /// </exception>
    public async Task<PruneReport> RunAsync(CancellationToken cancellationToken) =>
        (await RunAsync(null, cancellationToken)).Report;

    /// <param name="isTimeUp">Asked after each part that is done; null: until the end.</param>
    /// <returns>Whether nothing is left to do.</returns>
    /// <inheritdoc cref="RunAsync(CancellationToken)"/>
    public async Task<(PruneReport Report, bool IsDone)> RunAsync(
        Func<bool>? isTimeUp,
        CancellationToken cancellationToken
    )
    {
        try
        {
            bool hasWritten = false;
            for (int failed = 0; failed < MaxAttempts; )
            {
                if (await TryRoundAsync(hasWritten, isTimeUp, cancellationToken) is not { } round)
                {
                    failed++;
                    continue;
                }

                // Each one writes part of it: a large repository takes hundreds.
                failed = 0;
                hasWritten = true;
                if (round.IsLast || isTimeUp?.Invoke() == true)
                {
                    string? untidy = round.IsLast
                        ? await new CheckTables(repository, _deletions, _sealed, options.ResealsBelow).RunAsync(
                            cancellationToken
                        )
                        : null;
                    PruneReport report = _deletions.Report with
                    {
                        RepackedBytes = _repacked,
                        StoredBytes = round.Plan.StoredBytes,
                        UnusedBytes = round.Plan.UnusedBytes,
                        ExtendedBlobs = _extended,
                        Warnings = Warnings(round.Plan, untidy),
                    };
                    return (report, round.IsLast);
                }
            }

            throw new TransientException(
                ErrorKind.Busy,
                $"The log at {repository.Blobs.Store.Location} was written to {MaxAttempts} times while the prune looked for "
                    + "what can go. What was given up so far is deleted. Run it again when fewer backups begin."
            );
        }
        finally
        {
            _own.Dispose();
        }
    }

    /// <summary>What it would do now.</summary>
    /// <inheritdoc cref="RunAsync(CancellationToken)"/>
    public async Task<PruneReport> PreviewAsync(CancellationToken cancellationToken)
    {
        using PackRewrite own = _own;
        StoreListing store = await StoreListing.ReadAsync(repository.Blobs.Store, cancellationToken);
        LogHead head = await ReadHeadAsync(cancellationToken);
        using GarbageIndex index = await GarbageIndex.ReadAsync(repository, head.State, null, cancellationToken);
        PackUse use = await MarkAsync(head.State, store, index, cancellationToken);
        await ReadHeadersAsync(store, cancellationToken);
        PrunePlan plan = Plan(head.State, store, index, use);
        (IReadOnlyList<int> configs, _) = await OldConfigsAsync(head.State, store, cancellationToken);
        HashSet<PackId> dead = [.. plan.Dead, .. plan.Rewrite];
        LogState after = head.State with
        {
            Tombstones = [.. head.State.Tombstones, .. plan.Orphans, .. dead.Select(pack => pack.BlobName)],
        };
        (string Name, long Length)[] deleted =
        [
            .. GivenUpBlobs.Deletable(after, store, configs),
            .. IndexCompaction
                .Choose(index, dead, plan.Rewrite.Count > 0 ? 1 : 0, IsOld)
                .Where(_ => after.OpenRuns.IsEmpty)
                .Select(replaced => (replaced.Id.BlobName, store.Indexes.GetValueOrDefault(replaced.Id))),
        ];
        ILookup<bool, (string Name, long Length)> kept = deleted.ToLookup(blob =>
            KeptNow(store, blob.Name) is not null
        );
        return new PruneReport(
            FreedBytes: kept[false].Sum(blob => blob.Length),
            RepackedBytes: plan.RewrittenBytes,
            DeletedBlobs: kept[false].Count(),
            LaterBlobs: kept[true].Count(),
            LaterBytes: kept[true].Sum(blob => blob.Length),
            LaterFrom: kept[true].Min(blob => KeptNow(store, blob.Name)),
            plan.StoredBytes,
            plan.UnusedBytes
        )
        {
            Warnings = Warnings(plan),
        };
    }

    /// <summary>One look at everything, one entry in the log, and what it permits to delete.</summary>
    /// <param name="hasWritten">An entry was written before: what is gone since then, the next prune tells the log.</param>
    /// <returns>Null where the log moved meanwhile.</returns>
    private async Task<(PrunePlan Plan, bool IsLast)?> TryRoundAsync(
        bool hasWritten,
        Func<bool>? isTimeUp,
        CancellationToken cancellationToken
    )
    {
        long begun = repository.Time.GetTimestamp();

        // First the listing, then the log: what a run has stored by then is named, or the run is open. And the log as it
        // was before: what is named since then does not stand in the listing.
        LogHead earlier = await ReadHeadAsync(cancellationToken);
        StoreListing store = await StoreListing.ReadAsync(repository.Blobs.Store, cancellationToken);
        LogHead head = await ReadHeadAsync(cancellationToken);
        if (head.Sequence != earlier.Sequence)
        {
            return null;
        }

        if (!repository.Keys.AreOf(head))
        {
            await repository.Keys.HealAsync(head, cancellationToken);
        }

        DiscardOwnIfGivenUp(head.State, store);
        try
        {
            await ReadHeadersAsync(store, cancellationToken);
            using GarbageIndex index = await GarbageIndex.ReadAsync(
                repository,
                head.State,
                _own.Rows,
                cancellationToken
            );
            PackUse use = await MarkAsync(head.State, store, index, cancellationToken);
            PrunePlan plan = Plan(head.State, store, index, use);
            if (plan.Rewrite.Count > 0)
            {
                long before = _own.Bytes;
                long marked = repository.Time.GetTimestamp();
                (IReadOnlyDictionary<PackId, string> damaged, IReadOnlySet<PackId> left) = await _own.RunAsync(
                    use,
                    plan.Rewrite,
                    store.Stored,
                    index.CreateReader(repository),
                    () => IsTimeUp(isTimeUp, begun, marked),
                    cancellationToken
                );
                if (damaged.Count > 0)
                {
                    // What they hold counts elsewhere where it can: nothing is given up by a plan that took them for whole.
                    await NoteDamagedAsync(head, damaged, cancellationToken);
                    return null;
                }

                plan = plan.Without(left, use) with
                {
                    StoredBytes =
                        plan.StoredBytes
                        - plan.RewrittenBytes
                        + _own.Bytes
                        - before
                        + left.Sum(pack => use[pack].Pack.Length),
                };
            }

            (TombstoneDraft draft, bool isWhole) = await DraftAsync(head.State, store, index, plan, cancellationToken);
            bool isNeeded = !draft.Names.IsEmpty || !draft.Indexes.IsEmpty || !(draft.Gone.IsEmpty || hasWritten);
            LogHead? given = isNeeded
                ? await repository.Log.TryAppendTombstonesAsync(head, draft, cancellationToken)
                : head;
            if (given is null)
            {
                _discarded.UnionWith(draft.Indexes.Except(_own.Indexes).Select(written => written.Id.BlobName));
                return null;
            }

            if (isNeeded)
            {
                _repacked += _own.Bytes;
                BeginAnew();
                _discarded.Clear();
            }

            (IReadOnlyList<int> configs, IReadOnlyList<int> neededConfigs) = await OldConfigsAsync(
                given.State,
                store,
                cancellationToken
            );
            _deletions.ForgetKept();
            await _deletions.RunAsync(
                GivenUpBlobs.Deletable(given.State, store, configs),
                name => KeptNow(store, name),
                cancellationToken
            );
            if (isWhole && !plan.IsPart && options.ProtectFor is { } keepsFor)
            {
                var protection = new Protection(repository.Blobs.Store, keepsFor);
                IEnumerable<PackId> needed = use
                    .Packs.Select(pack => pack.Pack.Id)
                    .Where(pack => !plan.IsGivenUp(pack) && !plan.RewriteLater.Contains(pack));
                int[] configsToKeep =
                    repository.Ring.OpenedConfig == given.State.Config.Number ? [.. neededConfigs] : [];
                _unprotected = await protection.RunAsync(given, store, needed, configsToKeep, cancellationToken);
                _extended = protection.Extended;
            }

            return (plan, isWhole && !plan.IsPart);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            // Another prune may have deleted what was to be read. What was written of it by then is not whole.
            DiscardOwn();
            LogHead now = await ReadHeadAsync(cancellationToken);
            if (now.Sequence == head.Sequence)
            {
                throw;
            }

            return null;
        }
    }

    /// <summary>Rewriting may take as long as it took to find out what is needed, whatever the time.</summary>
    private bool IsTimeUp(Func<bool>? isTimeUp, long begun, long marked) =>
        isTimeUp?.Invoke() == true
        && repository.Time.GetElapsedTime(marked) >= repository.Time.GetElapsedTime(begun, marked);

    /// <summary>A pack that another prune has given up meanwhile is none that is damaged.</summary>
    private async Task NoteDamagedAsync(
        LogHead head,
        IReadOnlyDictionary<PackId, string> damaged,
        CancellationToken cancellationToken
    )
    {
        if ((await ReadHeadAsync(cancellationToken)).Sequence == head.Sequence)
        {
            foreach ((PackId pack, string why) in damaged)
            {
                _damaged[pack] = why;
            }
        }
    }

    private PrunePlan Plan(LogState state, StoreListing store, GarbageIndex index, PackUse use) =>
        PrunePlan.Make(
            state,
            store,
            index,
            use,
            _own,
            options,
            pack =>
                !_damaged.ContainsKey(pack.Id) && (pack.Class == ChunkClass.Metadata || !repository.Ring.WritesOnly),
            pack => IsOld(pack.BlobName),
            pack => KeptNow(store, pack.BlobName) is not null,
            (options.MaxRepack ?? long.MaxValue) - _repacked - _own.Bytes,
            MaxNames
        );

    private DateTimeOffset? KeptNow(StoreListing store, string name) =>
        store.KeptNow(name, repository.Time.GetUtcNow());

    private bool IsOld(ChunkIndexId index) => IsOld(index.BlobName);

    private bool IsOld(string name) => _sealed.IsOld(name, options.ResealsBelow);

    private async Task ReadHeadersAsync(StoreListing store, CancellationToken cancellationToken)
    {
        if (options.ResealsBelow > 0)
        {
            IEnumerable<string> names = store.Packs.Keys.Select(pack => pack.BlobName);
            await _sealed.ReadAsync(
                names.Concat(store.Indexes.Keys.Select(index => index.BlobName)),
                cancellationToken
            );
        }
    }

    /// <summary>
    /// Those that the store keeps for now are looked into once that ends; where dates are extended, in time for that.
    /// </summary>
    private async Task<(IReadOnlyList<int> Deletable, IReadOnlyList<int> Needed)> OldConfigsAsync(
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

    private List<string>? Warnings(PrunePlan plan, string? untidy = null)
    {
        List<string> warnings =
        [
            .. _damaged.Select(pack =>
                $"Pack '{pack.Key.BlobName}' is kept as it is, because what sets need of it cannot be read: {pack.Value}"
            ),
        ];
        if (_unprotected is { } unprotected)
        {
            warnings.Add(unprotected);
        }

        if (repository.Ring.WritesOnly && plan.UnusedBytes > options.MaxUnused * plan.StoredBytes)
        {
            warnings.Add(
                "Packs of documents, dumps and search index are not written anew, so more stays unused than is asked for: "
                    + "this machine writes only, its key file (repository.keyFile) does not open them. Run 'abf prune' "
                    + "where repository.passphraseFile names a passphrase of the repository."
            );
        }

        if (untidy is not null)
        {
            warnings.Add(untidy);
        }

        return warnings.Count == 0 ? null : warnings;
    }

    private async Task<LogHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return head.Alarms.IsEmpty
            ? head
            : throw new PermanentException(ErrorKind.Repository, $"Nothing is collected: {head.Alarms[0]}");
    }

    private async Task<PackUse> MarkAsync(
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

    /// <summary>Whether nothing was left out because an entry has no room for it.</summary>
    private async Task<(TombstoneDraft Draft, bool IsWhole)> DraftAsync(
        LogState state,
        StoreListing store,
        GarbageIndex index,
        PrunePlan plan,
        CancellationToken cancellationToken
    )
    {
        // Packs first whose chunks were written anew: these must not count twice.
        PackId[] packs = [.. plan.Rewrite, .. plan.Dead.Order()];
        HashSet<PackId> givenUp = [.. packs.Take(MaxNames)];
        string[] others = [.. _discarded.Except(state.Tombstones, StringComparer.Ordinal).Union(plan.Orphans)];
        string[] names =
        [
            .. givenUp.Select(pack => pack.BlobName),
            .. others.Take(Math.Max(0, MaxNames - givenUp.Count)),
        ];
        ImmutableArray<ChunkIndexBlob> compacted = await new IndexCompaction(repository).WriteAsync(
            IndexCompaction.Choose(index, givenUp, _own.Indexes.Count, IsOld),
            givenUp,
            cancellationToken
        );
        TombstoneDraft draft = new(
            [.. names],
            [.. _own.Indexes, .. compacted],
            [.. GivenUpBlobs.Gone(state, store).Take(MaxNames)]
        );
        return (draft, names.Length == givenUp.Count + others.Length && givenUp.Count == packs.Length);
    }

    /// <summary>
    /// Another prune takes what is not named yet for garbage: what it has given up is written anew, under other names.
    /// </summary>
    private void DiscardOwnIfGivenUp(LogState state, StoreListing store)
    {
        if (!_own.IsWholeIn(state, store))
        {
            DiscardOwn();
        }
    }

    private void DiscardOwn()
    {
        _discarded.UnionWith(_own.Packs.Select(pack => pack.BlobName));
        _discarded.UnionWith(_own.Indexes.Select(index => index.Id.BlobName));
        BeginAnew();
    }

    private void BeginAnew()
    {
        _own.Dispose();
        _own = new PackRewrite(repository);
    }
}
