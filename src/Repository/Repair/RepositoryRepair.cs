using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Cache;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>
/// Stores again what the repository lost, beside backups, restores and prunes: no lock, the log decides, as with a
/// prune. Nothing is overwritten: chunks without a good place go into new packs, new index blobs name them, and one log
/// entry makes them count and gives up the bad packs. It may be killed anywhere: nothing counts before that entry, and
/// the next one begins anew.
/// </summary>
public sealed class RepositoryRepair(BackupRepository repository, RepairOptions options)
{
    /// <summary>Other writers were faster so often that something must be wrong.</summary>
    private const int MaxAttempts = 100;

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
            using var rounds = new RepairRounds(repository, options);
            for (int attempt = 0; attempt < MaxAttempts; attempt++)
            {
                if (await rounds.TryAsync(cancellationToken) is { } report)
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
    }
}
