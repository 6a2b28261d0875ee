using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>
/// The one entry of the log that makes what a repair stored count, gives up the bad packs, and has others in place of
/// index blobs that are lost.
/// </summary>
internal sealed class RepairEntry(BackupRepository repository, CollectorLog log, NewPacks stored)
{
    /// <param name="left">Of the wanted chunks, those that nobody had.</param>
    /// <param name="report">What was found.</param>
    /// <returns>The report with what the entry does; null where the log moved meanwhile.</returns>
    public async Task<RepairReport?> TryWriteAsync(
        LogHead head,
        RepairFindings found,
        List<WantedChunk> left,
        RepairReport report,
        CancellationToken cancellationToken
    )
    {
        // A lost index blob is replaced once every chunk has a place again. Until then each run looks chunks up: it
        // takes none for stored that a pack held which was lost with the blob.
        ChunkIndex index = found.Index;
        WantedChunk[] missed = [.. left.Where(chunk => chunk.Need is not Need.Shortcut)];
        bool replaces =
            !index.Lost.IsEmpty && found.LostParts.Count == 0 && missed.All(chunk => chunk.Packs.Length > 0);
        NamedPacks named = await NamedPacks.ReadAsync(repository, head.State, index, cancellationToken);
        HashSet<PackId> needed = [.. missed.SelectMany(chunk => chunk.Packs)];
        HashSet<PackId> givenUp =
            !named.IsHeldKnown || (!index.Lost.IsEmpty && !replaces)
                ? []
                :
                [
                    .. found
                        .BadPacks.Keys.Where(pack => !needed.Contains(pack) && !named.Held.Contains(pack))
                        .Take(TombstoneRules.MaxItems),
                ];
        RepairReport done = report with
        {
            AreIndexesReplaced = replaces,
            GivenUpPacks = givenUp.Count,
            HeldPacks = found.BadPacks.Keys.Count(pack => !needed.Contains(pack) && !givenUp.Contains(pack)),
        };
        if (!replaces && givenUp.Count == 0 && stored.Indexes.Count == 0)
        {
            return await log.IsStillAsync(head, cancellationToken) ? done : null;
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
            IndexCompaction.Choose(named.Live, givenUp, stored.Indexes.Count + rebuilt.Length),
            givenUp,
            cancellationToken
        );
        TombstoneDraft draft = new(
            [.. givenUp.Select(pack => pack.BlobName)],
            [.. stored.Indexes, .. rebuilt, .. compacted],
            []
        );
        return await repository.Log.TryAppendTombstonesAsync(head, draft, cancellationToken) is null ? null : done;
    }
}
