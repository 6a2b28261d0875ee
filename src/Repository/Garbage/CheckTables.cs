using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// What a prune does to the tables of checks: checks of sets that are forgotten go, and so do the tables that newer ones
/// stand for.
/// </summary>
/// <param name="resealsBelow">See <see cref="PruneOptions.ResealsBelow"/>.</param>
internal sealed class CheckTables(
    BackupRepository repository,
    BlobDeletions deletions,
    SealedUnder sealedUnder,
    uint resealsBelow
)
{
    /// <returns>Why they could not, which is no reason to fail; null where they could.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // First the table, then the log: deleting took hours, and what has a check by now has its set in the log.
            SetCheckTable table = await repository.SetChecks.ReadAsync(cancellationToken);
            LogHead head = await repository.Log.ReadAsync(cancellationToken);
            HashSet<RunId> live = [.. head.State.Sets.Select(set => set.Id)];
            if (
                table.Checks.Any(check => !live.Contains(check.Set))
                || (resealsBelow > 0 && await IsAnyOldAsync(cancellationToken))
            )
            {
                await repository.SetChecks.AddAsync(static _ => [], cancellationToken);
            }

            List<BlobItem> old = await repository
                .SetChecks.ListOldAsync(cancellationToken)
                .ToListAsync(cancellationToken);
            if (resealsBelow > 0)
            {
                // The newest, which is sealed under the newest keys by now, stands for all of them.
                old.AddRange(
                    await repository
                        .Blobs.Store.ListAsync(SetCheckNames.Prefix, cancellationToken)
                        .Where(item => IsOld(item.Name) && old.TrueForAll(other => other.Name != item.Name))
                        .ToListAsync(cancellationToken)
                );
            }

            await deletions.RunAsync(old.Select(item => (item.Name, item.Length)), static _ => null, cancellationToken);
            return null;
        }
        catch (AbfException e)
        {
            return $"Records of checks were not tidied up: {e.Message}";
        }
    }

    private async Task<bool> IsAnyOldAsync(CancellationToken cancellationToken)
    {
        string[] names = await repository
            .Blobs.Store.ListAsync(SetCheckNames.Prefix, cancellationToken)
            .Select(item => item.Name)
            .ToArrayAsync(cancellationToken);
        await sealedUnder.ReadAsync(names, cancellationToken);
        return names.Any(IsOld);
    }

    private bool IsOld(string name) => sealedUnder.IsOld(name, resealsBelow);
}
