using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>
/// Stores again what the repository lost, beside backups, restores and prunes: no lock, the log decides, as with a
/// prune. Nothing is overwritten: chunks without a good place go into new packs, new index blobs name them, and one log
/// entry makes them count and gives up the bad packs. It may be killed anywhere: nothing counts before that entry, and
/// the next one begins anew. Used once.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design",
    "CA1001",
    Justification = "Used once, and its one method disposes of what it holds before it returns."
)]
public sealed class RepositoryRepair(BackupRepository repository, RepairOptions options)
{
    /// <summary>Other writers were faster so often that something must be wrong.</summary>
    private const int MaxAttempts = 100;

    private const int MaxNamed = 10_000;

    private readonly BadPacks _packs = new(repository, options);
    private NewPacks _own = new(repository);
    private RescuedChunks _rescued = new();

    /// <summary>The lowest bad pack, of metadata and of all other classes: these share the ids of chunks, and a chunk may come
    /// back in another of them.</summary>
    private Dictionary<bool, PackId> _below = [];

    /// <exception cref="PermanentException">
    /// Configuration: this host cannot read content, or the mirror is another repository's. Repository: the log has an
    /// alarm. Nothing is written then.
    /// </exception>
    public async Task<RepairReport> RunAsync(CancellationToken cancellationToken)
    {
        repository.RequireContentKeys("A repository cannot be repaired");
        if (options.Mirror is { } mirror && mirror.Id != repository.Id)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"The mirror at {mirror.Blobs.Store.Location} is of repository {mirror.Id}, not of {repository.Id}: name a "
                    + "copy of this one."
            );
        }

        try
        {
            for (int attempt = 0; attempt < MaxAttempts; attempt++)
            {
                if (await TryRoundOrSeeAsync(cancellationToken) is { } report)
                {
                    return report;
                }
            }

            throw new TransientException(
                ErrorKind.Busy,
                $"The log at {repository.Blobs.Store.Location} was written to {MaxAttempts} times during the repair. Nothing "
                    + "is lost. Run it again when fewer backups begin."
            );
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(repository.CacheDirectory, exception);
        }
        finally
        {
            _own.Dispose();
        }
    }

    private async Task<RepairReport?> TryRoundOrSeeAsync(CancellationToken cancellationToken)
    {
        LogHead before = await ReadHeadAsync(cancellationToken);
        try
        {
            return await TryRoundAsync(cancellationToken);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            // A prune may have deleted what was to be read.
            if (await IsStillAsync(before, cancellationToken))
            {
                throw;
            }

            return null;
        }
    }

    /// <summary>What was seen is the whole truth: nothing of it was given up or replaced meanwhile.</summary>
    private async Task<bool> IsStillAsync(LogHead head, CancellationToken cancellationToken) =>
        (await ReadHeadAsync(cancellationToken)).Sequence == head.Sequence;

    /// <returns>Null where the log moved meanwhile.</returns>
    private async Task<RepairReport?> TryRoundAsync(CancellationToken cancellationToken)
    {
        // In the order of a prune: what is named since the listing does not stand in it.
        LogHead earlier = await ReadHeadAsync(cancellationToken);
        StoreListing store = await StoreListing.ReadAsync(repository.Blobs.Store, cancellationToken);
        LogHead head = await ReadHeadAsync(cancellationToken);
        if (head.Sequence != earlier.Sequence)
        {
            return null;
        }

        // Under keys that a reseal has dropped meanwhile nobody could open what is stored again.
        if (!repository.Keys.AreOf(head))
        {
            await repository.Keys.HealAsync(head, cancellationToken);
        }

        DiscardOwnIfGivenUp(head.State, store);
        CacheDirectory.Create(repository.CacheDirectory);
        using ChunkIndex index = await repository.ReadIndexAsync(
            head.State.Indexes,
            NotRead(head.State, store),
            cancellationToken
        );
        ImmutableSortedDictionary<PackId, string> bad = await _packs.FindAsync(index, store, cancellationToken);
        RepairSource source = await OpenSourceAsync(index, cancellationToken);
        List<string> parts = [];
        List<WantedChunk> wanted;
        using (ReachableChunks reached = new(repository, source, repository.CacheDirectory) { Lost = parts.Add })
        {
            await reached.AddAsync(head.State.Sets, cancellationToken);
            wanted = WantedChunk.Find(index, reached.ReadSorted(), isWhole: parts.Count == 0, bad.ContainsKey);
        }

        _below = index
            .Packs.Where(pack => bad.ContainsKey(pack.Id))
            .GroupBy(pack => pack.Class is ChunkClass.Metadata)
            .ToDictionary(static packs => packs.Key, static packs => packs.Min(static pack => pack.Id));
        await RescueAsync(wanted, source, store, cancellationToken);
        var files = new ListedFiles(repository, source, index);
        await RescueFromLiveAsync(Left(wanted), files, head.State.Sets, cancellationToken);
        RepairReport report = await DescribeAsync(
            wanted,
            files,
            source,
            head.State,
            index,
            bad,
            parts,
            cancellationToken
        );
        if (options.IsDryRun)
        {
            return await IsStillAsync(head, cancellationToken) ? report : null;
        }

        await _own.CompleteAsync(cancellationToken);
        return await TryNameAsync(head, index, Left(wanted), parts, bad, report, cancellationToken);
    }

    private async Task<LogHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return head.Alarms.IsEmpty
            ? head
            : throw new PermanentException(ErrorKind.Repository, $"Nothing is repaired: {head.Alarms[0]}");
    }

    /// <summary>
    /// Where an index blob is lost, these packs are not looked into: what is given up, what open runs have stored and
    /// their own index blobs will name, and what this repair has written.
    /// </summary>
    private HashSet<PackId> NotRead(LogState state, StoreListing store) =>
        [
            .. state.TombstonedPacks(),
            .. store
                .Receipts.Where(receipt => state.FindOpenRun(receipt.Value) is not null)
                .Select(receipt => receipt.Key),
            .. _own.Packs,
        ];

    private async Task<RepairSource> OpenSourceAsync(ChunkIndex index, CancellationToken cancellationToken)
    {
        IChunkSource own = repository.CreateReader(index, null);
        if (options.Mirror is not { } mirror)
        {
            return new RepairSource(own, null);
        }

        LogHead head = await mirror.Log.ReadAsync(cancellationToken);
        ChunkIndex there = await mirror.LoadIndexAsync(head.State, cancellationToken);
        return new RepairSource(own, (there, mirror.CreateReader(there, null)));
    }

    /// <summary>Those that nobody had so far.</summary>
    private List<WantedChunk> Left(List<WantedChunk> wanted) =>
        [.. wanted.Where(chunk => !_rescued.Contains(chunk.Id))];

    private async Task RescueAsync(
        List<WantedChunk> wanted,
        RepairSource source,
        StoreListing store,
        CancellationToken cancellationToken
    )
    {
        foreach (WantedChunk chunk in Left(wanted).OrderBy(chunk => chunk.Packs.Length == 0 ? default : chunk.Packs[0]))
        {
            if (
                chunk.Class is { } chunkClass
                && chunk.Packs.Any(store.Packs.ContainsKey)
                && await source.TryReadOwnAsync(chunk.Id, chunkClass, cancellationToken) is { } bytes
            )
            {
                await KeepAsync(chunkClass, chunk.Id, bytes, Origin.Repository, cancellationToken);
            }
            else if (await source.TryReadMirrorAsync(chunk.Id, cancellationToken) is { } found)
            {
                await KeepAsync(found.Class, chunk.Id, found.Bytes, Origin.Mirror, cancellationToken);
            }
        }
    }

    private async Task RescueFromLiveAsync(
        List<WantedChunk> left,
        ListedFiles files,
        IReadOnlyList<SetSummary> sets,
        CancellationToken cancellationToken
    )
    {
        HashSet<ChunkId> wanted = [.. left.Where(MayBeContent).Select(chunk => chunk.Id)];
        if (options.Live is not { } live || wanted.Count == 0)
        {
            return;
        }

        byte[] buffer = new byte[ChunkLimits.MaxChunkLength];
        await foreach (WantedFile file in files.FindAsync(sets, wanted, cancellationToken))
        {
            foreach ((ChunkId id, long offset, int length) in file.Chunks)
            {
                Memory<byte> bytes = buffer.AsMemory(0, length);
                if (
                    length > 0
                    && !_rescued.Contains(id)
                    && live.Read(file.Root.Name, file.Entry.Path, offset, bytes.Span) == length
                    && repository.ChunkKeys.IdOf(file.Root.Class, bytes.Span) == id
                )
                {
                    await KeepAsync(file.Root.Class, id, bytes, Origin.Live, cancellationToken);
                    wanted.Remove(id);
                }
            }

            if (wanted.Count == 0)
            {
                return;
            }
        }
    }

    private static bool MayBeContent(WantedChunk chunk) => chunk.Class is not ChunkClass.Metadata;

    private async Task KeepAsync(
        ChunkClass chunkClass,
        ChunkId id,
        ReadOnlyMemory<byte> bytes,
        Origin origin,
        CancellationToken cancellationToken
    )
    {
        if (!options.IsDryRun)
        {
            PackId? below = _below.TryGetValue(chunkClass is ChunkClass.Metadata, out PackId lowest) ? lowest : null;
            await _own.AddAsync(chunkClass, id, bytes, below, cancellationToken);
        }

        _rescued.Add(id, bytes.Length, origin);
    }

    private async Task<RepairReport> DescribeAsync(
        List<WantedChunk> wanted,
        ListedFiles files,
        RepairSource source,
        LogState state,
        ChunkIndex index,
        ImmutableSortedDictionary<PackId, string> bad,
        List<string> parts,
        CancellationToken cancellationToken
    )
    {
        ILookup<Need, ChunkId> left = Left(wanted).ToLookup(chunk => chunk.Need, chunk => chunk.Id);
        HashSet<ChunkId> lost = [.. left[Need.Restore]];
        HashSet<ChunkId> besides = [.. left[Need.Shortcut]];
        var losses = new SetLosses(repository, files, source, MaxNamed);
        if (lost.Count + besides.Count > 0)
        {
            await losses.FindAsync(state.Sets, lost, besides, cancellationToken);
        }

        return new RepairReport
        {
            LostIndexes = [.. index.Lost.Select(blob => blob.Index.Id.BlobName)],
            RebuiltPlaces = index.RebuiltCount,
            AreIndexesReplaced = false,
            BadPacks = [.. bad.Select(pack => new BadPack(pack.Key.BlobName, pack.Value))],
            ReadPacks = _packs.Read,
            ReadBytes = _packs.ReadBytes,
            StoredChunks = _rescued.Count,
            StoredBytes = _rescued.Bytes,
            FromRepository = _rescued.Of(Origin.Repository),
            FromMirror = _rescued.Of(Origin.Mirror),
            FromLive = _rescued.Of(Origin.Live),
            GivenUpPacks = 0,
            HeldPacks = 0,
            LostChunks = lost.Count,
            LostFiles = losses.Files,
            Lost = [.. losses.Named],
            LostParts = [.. parts.Concat(losses.Parts).Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>The one entry of the log that makes all of it count.</summary>
    private async Task<RepairReport?> TryNameAsync(
        LogHead head,
        ChunkIndex index,
        List<WantedChunk> left,
        List<string> parts,
        ImmutableSortedDictionary<PackId, string> bad,
        RepairReport report,
        CancellationToken cancellationToken
    )
    {
        // A lost index blob is replaced once every chunk has a place again. Until then each run looks chunks up: it
        // takes none for stored that a pack held which was lost with the blob.
        WantedChunk[] missed = [.. left.Where(chunk => chunk.Need is not Need.Shortcut)];
        bool replaces = !index.Lost.IsEmpty && parts.Count == 0 && missed.All(chunk => chunk.Packs.Length > 0);
        NamedPacks named = await NamedPacks.ReadAsync(repository, head.State, index, cancellationToken);
        HashSet<PackId> needed = [.. missed.SelectMany(chunk => chunk.Packs)];
        HashSet<PackId> givenUp =
            !named.IsHeldKnown || (!index.Lost.IsEmpty && !replaces)
                ? []
                :
                [
                    .. bad
                        .Keys.Where(pack => !needed.Contains(pack) && !named.Held.Contains(pack))
                        .Take(TombstoneRules.MaxItems),
                ];
        RepairReport done = report with
        {
            AreIndexesReplaced = replaces,
            GivenUpPacks = givenUp.Count,
            HeldPacks = bad.Keys.Count(pack => !needed.Contains(pack) && !givenUp.Contains(pack)),
        };
        if (!replaces && givenUp.Count == 0 && _own.Indexes.Count == 0)
        {
            return await IsStillAsync(head, cancellationToken) ? done : null;
        }

        ImmutableArray<ChunkIndexBlob> rebuilt = replaces
            ? await ChunkIndexBlobs.WriteReplacingAsync(
                repository.Blobs,
                index.Rebuilt.Where(place => !givenUp.Contains(place.Pack.Id)).ToAsyncEnumerable(),
                index.Lost.Select(lost => lost.Index.Id),
                cancellationToken
            )
            : [];
        ImmutableArray<ChunkIndexBlob> compacted = await new IndexCompaction(repository).WriteAsync(
            IndexCompaction.Choose(named.Live, givenUp, _own.Indexes.Count + rebuilt.Length),
            givenUp,
            cancellationToken
        );
        TombstoneDraft draft = new(
            [.. givenUp.Select(pack => pack.BlobName)],
            [.. _own.Indexes, .. rebuilt, .. compacted],
            []
        );
        return await repository.Log.TryAppendTombstonesAsync(head, draft, cancellationToken) is null ? null : done;
    }

    /// <summary>
    /// A prune takes what is not named yet for garbage: what it has given up is stored anew, under other names, and so is
    /// what was sealed under older keys.
    /// </summary>
    private void DiscardOwnIfGivenUp(LogState state, StoreListing store)
    {
        if (!_own.IsWholeIn(state, store))
        {
            _own.Dispose();
            (_own, _rescued) = (new NewPacks(repository), new RescuedChunks());
        }
    }
}
