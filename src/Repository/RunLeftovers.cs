using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// Deletes what a run has stored that can never commit: the packs of its receipts and pages, the index blobs of its
/// pages, then these themselves, so that a call that was interrupted can be made again. No other run leans on them: runs
/// find chunks only in index blobs that the log names, and in their own pages and receipts. A pack that the log's index
/// names all the same, because a lost index blob was written anew from the packs' directories, stays.
/// </summary>
internal sealed class RunLeftovers(BackupRepository repository)
{
    private readonly IBlobStore _blobs = repository.Blobs.Store;

    /// <exception cref="PermanentException">
    /// Repository: the log has an alarm or an index blob is lost, so nobody can tell what is needed; nothing is deleted.
    /// Storage: it does not delete (no right to). What a policy keeps stays for a later prune.
    /// </exception>
    public async Task<FreedStorage> DeleteAsync(RunId run, CancellationToken cancellationToken)
    {
        RunBelongings stored = await RunBelongings.ReadAsync(repository.Blobs, run, cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        if (stored.Own.Count == 0 || head.State.FindSet(run) is not null)
        {
            return FreedStorage.None;
        }

        if (!head.Alarms.IsEmpty)
        {
            throw Refuse(run, head.Alarms[0]);
        }

        HashSet<PackId> packs = [.. stored.Packs];
        using (ChunkIndex needed = await repository.ReadIndexAsync(head.State, cancellationToken))
        {
            if (!needed.Lost.IsEmpty)
            {
                throw Refuse(run, needed.Lost[0].Warning);
            }

            packs.ExceptWith(needed.Packs.Select(pack => pack.Id));
        }

        FreedStorage freed = await DeletePacksAsync([.. packs.Select(pack => pack.BlobName)], cancellationToken);
        IEnumerable<ChunkIndexId> indexes = stored.Indexes.Except(head.State.Indexes.Select(index => index.Id));
        await DeleteAllAsync(indexes.Select(index => index.BlobName), cancellationToken);
        await DeleteAllAsync(stored.Own, cancellationToken);
        return freed;
    }

    private async Task<FreedStorage> DeletePacksAsync(HashSet<string> packs, CancellationToken cancellationToken)
    {
        if (packs.Count == 0)
        {
            return FreedStorage.None;
        }

        // One listing is cheaper than a question for each, and tells what is there to be freed.
        List<BlobItem> there = await _blobs
            .ListAsync("packs/", cancellationToken)
            .Where(item => packs.Contains(item.Name))
            .ToListAsync(cancellationToken);
        IReadOnlyList<BlobDeletion> deletions = await _blobs.TryDeleteAllAsync(
            [.. there.Select(item => item.Name)],
            cancellationToken
        );
        BlobItem[] gone = [.. there.Where((_, i) => deletions[i].IsGone)];
        return new FreedStorage(gone.Length, gone.Sum(item => item.Length));
    }

    private async Task DeleteAllAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        await _blobs.TryDeleteAllAsync([.. names], cancellationToken);

    private static PermanentException Refuse(RunId run, string why) =>
        new(ErrorKind.Repository, $"What run {run} has stored is not deleted, because of this: {why}");
}
