using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// The rounds of a prune: each looks at everything, writes one entry of the log, and deletes what that permits. A large
/// repository takes hundreds.
/// </summary>
/// <param name="maxNames">Names that one entry gives up.</param>
internal sealed class PruneRounds(
    BackupRepository repository,
    PruneOptions options,
    CollectorLog log,
    PrunePlanner planner,
    int maxNames
) : IDisposable
{
    private readonly UnnamedRewrite _written = new(repository);
    private bool _hasWritten;
    private long _extended;

    public BlobDeletions Deletions { get; } = new(repository.Blobs.Store);

    /// <summary>What could not be protected; null where there is nothing to be said.</summary>
    public string? Unprotected { get; private set; }

    /// <summary>What came of all rounds so far.</summary>
    public PruneReport Report =>
        Deletions.Report with
        {
            RepackedBytes = _written.NamedBytes,
            ExtendedBlobs = _extended,
        };

    /// <param name="isTimeUp">Asked between the packs that are written anew; null: all of them are.</param>
    /// <returns>Null where the log moved meanwhile, or a pack proved damaged.</returns>
    public async Task<(PrunePlan Plan, bool IsLast)?> TryAsync(
        Func<bool>? isTimeUp,
        CancellationToken cancellationToken
    )
    {
        long begun = repository.Time.GetTimestamp();
        if (await log.TryLookAsync(cancellationToken) is not var (head, store))
        {
            return null;
        }

        _written.DiscardIfGivenUp(head.State, store);
        try
        {
            return await TryAsync(head, store, begun, isTimeUp, cancellationToken);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            // Another prune may have deleted what was to be read. What was written of it by then is not whole.
            _written.Discard();
            if (await log.IsStillAsync(head, cancellationToken))
            {
                throw;
            }

            return null;
        }
    }

    public void Dispose() => _written.Dispose();

    private async Task<(PrunePlan Plan, bool IsLast)?> TryAsync(
        LogHead head,
        StoreListing store,
        long begun,
        Func<bool>? isTimeUp,
        CancellationToken cancellationToken
    )
    {
        await planner.ReadHeadersAsync(store, cancellationToken);
        using GarbageIndex index = await GarbageIndex.ReadAsync(
            repository,
            head.State,
            _written.Packs.Rows,
            cancellationToken
        );
        PackUse use = await planner.MarkAsync(head.State, store, index, cancellationToken);
        PrunePlan? plan = planner.Plan(head.State, store, index, use, _written.Packs, _written.NamedBytes);
        if (plan.Rewrite.Count > 0)
        {
            long marked = repository.Time.GetTimestamp();
            plan = await TryRewriteAsync(
                head,
                store,
                index,
                use,
                plan,
                () => IsTimeUp(isTimeUp, begun, marked),
                cancellationToken
            );
            if (plan is null)
            {
                return null;
            }
        }

        PruneDraft draft = await PruneDraft.WriteAsync(
            repository,
            head.State,
            store,
            index,
            plan,
            _written,
            planner.IsOld,
            maxNames,
            cancellationToken
        );
        if (await TryNameAsync(head, draft.Entry, cancellationToken) is not { } given)
        {
            return null;
        }

        bool isLast = draft.IsWhole && !plan.IsPart;
        await DeleteAsync(given, store, use, plan, isLast, cancellationToken);
        _hasWritten = true;
        return (plan, isLast);
    }

    /// <summary>Rewriting may take as long as it took to find out what is needed, whatever the time.</summary>
    private bool IsTimeUp(Func<bool>? isTimeUp, long begun, long marked) =>
        isTimeUp?.Invoke() == true
        && repository.Time.GetElapsedTime(marked) >= repository.Time.GetElapsedTime(begun, marked);

    /// <returns>The plan as far as there was time for it; null where packs proved damaged.</returns>
    private async Task<PrunePlan?> TryRewriteAsync(
        LogHead head,
        StoreListing store,
        GarbageIndex index,
        PackUse use,
        PrunePlan plan,
        Func<bool> isTimeUp,
        CancellationToken cancellationToken
    )
    {
        long before = _written.Packs.Bytes;
        (IReadOnlyDictionary<PackId, string> damaged, IReadOnlySet<PackId> left) = await _written.Packs.RunAsync(
            use,
            plan.Rewrite,
            store.Stored,
            index.CreateReader(repository),
            isTimeUp,
            cancellationToken
        );
        if (damaged.Count > 0)
        {
            // What they hold counts elsewhere where it can: nothing is given up by a plan that took them for whole. A pack
            // that another prune has given up meanwhile is none that is damaged.
            if (await log.IsStillAsync(head, cancellationToken))
            {
                planner.NoteDamaged(damaged);
            }

            return null;
        }

        return plan.Without(left, use) with
        {
            StoredBytes =
                plan.StoredBytes
                - plan.RewrittenBytes
                + _written.Packs.Bytes
                - before
                + left.Sum(pack => use[pack].Pack.Length),
        };
    }

    /// <returns>The log with the entry, where one is needed; null where it moved meanwhile.</returns>
    private async Task<LogHead?> TryNameAsync(LogHead head, TombstoneDraft entry, CancellationToken cancellationToken)
    {
        // What is gone since the first entry, the next prune tells the log.
        if (entry.Names.IsEmpty && entry.Indexes.IsEmpty && (entry.Gone.IsEmpty || _hasWritten))
        {
            return head;
        }

        LogHead? given = await repository.Log.TryAppendTombstonesAsync(head, entry, cancellationToken);
        if (given is null)
        {
            _written.Discard(entry.Indexes.Except(_written.Packs.Indexes));
            return null;
        }

        _written.Named();
        return given;
    }

    private async Task DeleteAsync(
        LogHead given,
        StoreListing store,
        PackUse use,
        PrunePlan plan,
        bool isLast,
        CancellationToken cancellationToken
    )
    {
        (IReadOnlyList<int> configs, IReadOnlyList<int> neededConfigs) = await planner.OldConfigsAsync(
            given.State,
            store,
            cancellationToken
        );
        Deletions.ForgetKept();
        await Deletions.RunAsync(
            GivenUpBlobs.Deletable(given.State, store, configs),
            name => planner.KeptNow(store, name),
            cancellationToken
        );
        if (isLast && options.ProtectFor is { } keepsFor)
        {
            var protection = new Protection(repository.Blobs.Store, keepsFor);
            IEnumerable<PackId> needed = use
                .Packs.Select(pack => pack.Pack.Id)
                .Where(pack => !plan.IsGivenUp(pack) && !plan.RewriteLater.Contains(pack));
            int[] configsToKeep = repository.Ring.OpenedConfig == given.State.Config.Number ? [.. neededConfigs] : [];
            Unprotected = await protection.RunAsync(given, store, needed, configsToKeep, cancellationToken);
            _extended = protection.Extended;
        }
    }
}
