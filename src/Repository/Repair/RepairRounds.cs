using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>The rounds of a repair: each looks at everything, and counts where the log stood still meanwhile.</summary>
internal sealed class RepairRounds(BackupRepository repository, RepairOptions options) : IDisposable
{
    private const int MaxNamed = 10_000;

    private readonly CollectorLog _log = new(repository, "Nothing is repaired");
    private readonly BadPacks _packs = new(repository, options);
    private readonly ChunkRescue _rescue = new(repository, options);

    /// <returns>Null where the log moved meanwhile.</returns>
    public async Task<RepairReport?> TryAsync(CancellationToken cancellationToken)
    {
        LogHead before = await _log.ReadHeadAsync(cancellationToken);
        try
        {
            return await _log.TryLookAsync(cancellationToken) is var (head, store)
                ? await TryAsync(head, store, cancellationToken)
                : null;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            // A prune may have deleted what was to be read.
            if (await _log.IsStillAsync(before, cancellationToken))
            {
                throw;
            }

            return null;
        }
    }

    public void Dispose() => _rescue.Dispose();

    private async Task<RepairReport?> TryAsync(LogHead head, StoreListing store, CancellationToken cancellationToken)
    {
        _rescue.DiscardIfGivenUp(head.State, store);
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

        RepairFindings found = new(index, bad, wanted, parts);
        await _rescue.RunAsync(found, source, store, cancellationToken);
        var files = new ListedFiles(repository, source, index);
        await _rescue.RunLiveAsync(_rescue.Left(wanted), files, head.State.Sets, cancellationToken);
        RepairReport report = await DescribeAsync(
            found,
            new SetLosses(repository, files, source, MaxNamed),
            head.State.Sets,
            cancellationToken
        );
        if (options.IsDryRun)
        {
            return await _log.IsStillAsync(head, cancellationToken) ? report : null;
        }

        await _rescue.Packs.CompleteAsync(cancellationToken);
        var entry = new RepairEntry(repository, _log, _rescue.Packs);
        return await entry.TryWriteAsync(head, found, _rescue.Left(wanted), report, cancellationToken);
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
            .. _rescue.Packs.Packs,
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

    private async Task<RepairReport> DescribeAsync(
        RepairFindings found,
        SetLosses losses,
        IReadOnlyList<SetSummary> sets,
        CancellationToken cancellationToken
    )
    {
        ILookup<Need, ChunkId> left = _rescue.Left(found.Wanted).ToLookup(chunk => chunk.Need, chunk => chunk.Id);
        HashSet<ChunkId> lost = [.. left[Need.Restore]];
        HashSet<ChunkId> besides = [.. left[Need.Shortcut]];
        if (lost.Count + besides.Count > 0)
        {
            await losses.FindAsync(sets, lost, besides, cancellationToken);
        }

        return new RepairReport
        {
            LostIndexes = [.. found.Index.Lost.Select(blob => blob.Index.Id.BlobName)],
            RebuiltPlaces = found.Index.RebuiltCount,
            AreIndexesReplaced = false,
            BadPacks = [.. found.BadPacks.Select(pack => new BadPack(pack.Key.BlobName, pack.Value))],
            ReadPacks = _packs.Read,
            ReadBytes = _packs.ReadBytes,
            StoredChunks = _rescue.Chunks.Count,
            StoredBytes = _rescue.Chunks.Bytes,
            FromRepository = _rescue.Chunks.Of(Origin.Repository),
            FromMirror = _rescue.Chunks.Of(Origin.Mirror),
            FromLive = _rescue.Chunks.Of(Origin.Live),
            GivenUpPacks = 0,
            HeldPacks = 0,
            LostChunks = lost.Count,
            LostFiles = losses.Files,
            Lost = [.. losses.Named],
            LostParts = [.. found.LostParts.Concat(losses.Parts).Distinct(StringComparer.Ordinal)],
        };
    }
}
