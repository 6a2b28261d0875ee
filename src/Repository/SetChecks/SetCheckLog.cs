using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.SetChecks;

/// <summary>
/// What verified or rehearsed sets last. Each writer stores the whole table anew under the next number, and the newest
/// that authenticates counts: nothing is ever changed, and one listing with one read tells of all sets. No set is less
/// for the loss of any of it. Thread-safe.
/// </summary>
public sealed class SetCheckLog
{
    /// <summary>Tables that a reader passes over because they do not authenticate, and a writer because they are
    /// taken.</summary>
    private const int MaxPassedOver = 32;

    /// <summary>Others were faster so often that something must be wrong.</summary>
    private const int MaxAttempts = 20;

    private const int MaxBlobLength = 32 << 20;

    private readonly SealedBlobs _blobs;

    internal SetCheckLog(SealedBlobs blobs) => _blobs = blobs;

    /// <summary>The newest table; an empty one where there is none that can be read.</summary>
    /// <exception cref="AbfException">The storage fails.</exception>
    public async Task<SetCheckTable> ReadAsync(CancellationToken cancellationToken) =>
        (await FindAsync(cancellationToken)).Table;

    /// <summary>Adds checks to the newest table.</summary>
    /// <param name="live">The sets that the log has; checks of others are dropped.</param>
    /// <exception cref="PermanentException">Busy: others write all the time. Storage: it refuses.</exception>
    public async Task AddAsync(
        IReadOnlyCollection<SetCheck> added,
        IReadOnlySet<RunId> live,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            (long number, SetCheckTable table) = await FindAsync(cancellationToken);
            if (await TryWriteAsync(number + 1, table.With(added, live), cancellationToken))
            {
                return;
            }
        }

        throw new PermanentException(
            ErrorKind.Busy,
            $"'{SetCheckNames.Prefix}' at {_blobs.Store.Location} was written to {MaxAttempts} times meanwhile: see who "
                + "checks sets there"
        );
    }

    /// <summary>The names of the tables that the newest few stand for.</summary>
    internal IAsyncEnumerable<BlobItem> ListOldAsync(CancellationToken cancellationToken) =>
        _blobs
            .Store.ListAsync(SetCheckNames.Prefix, cancellationToken)
            .Where(static item => SetCheckNames.TryParse(item.Name, out _))
            .Skip(SetCheckTable.Kept);

    /// <returns>False: another table was stored meanwhile.</returns>
    private async Task<bool> TryWriteAsync(long first, SetCheckTable table, CancellationToken cancellationToken)
    {
        byte[] plain = table.Write();
        for (long number = first; number < first + MaxPassedOver && number <= SetCheckNames.Last; number++)
        {
            string name = SetCheckNames.BlobName(number);
            byte[] blob = _blobs.Cipher.Seal(ObjectType.CheckTable, name, plain);
            if (await _blobs.Once.TryPutAsync(name, blob, cancellationToken))
            {
                return true;
            }

            if (await TryReadAsync(name, cancellationToken) is not null)
            {
                return false;
            }
        }

        throw new PermanentException(
            ErrorKind.Repository,
            $"No check can be stored at {_blobs.Store.Location}: what stands in '{SetCheckNames.Prefix}' does not "
                + "authenticate; look into who can write there, and delete it"
        );
    }

    private async Task<(long Number, SetCheckTable Table)> FindAsync(CancellationToken cancellationToken)
    {
        IAsyncEnumerable<string> newest = _blobs
            .Store.ListAsync(SetCheckNames.Prefix, cancellationToken)
            .Select(static item => item.Name)
            .Where(static name => SetCheckNames.TryParse(name, out _))
            .Take(MaxPassedOver);
        await foreach (string name in newest)
        {
            if (
                await TryReadAsync(name, cancellationToken) is { } table
                && SetCheckNames.TryParse(name, out long number)
            )
            {
                return (number, table);
            }
        }

        return (-1, SetCheckTable.Empty);
    }

    /// <summary>Null where there is none, or none that authenticates, read twice.</summary>
    private async Task<SetCheckTable?> TryReadAsync(string name, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                OpenedBlob? blob = await _blobs.TryReadAsync(
                    ObjectType.CheckTable,
                    name,
                    cancellationToken,
                    MaxBlobLength
                );
                return blob is null ? null : SetCheckTable.Read(blob.Plain, name);
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
            {
                if (await _blobs.NamesUnknownKeyAsync(name, cancellationToken))
                {
                    // Another host may have rotated the keys since the repository was opened.
                    await _blobs.LookForKeysAsync(cancellationToken);
                }
            }
        }

        return null;
    }
}
