using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
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
    private readonly CommitLog _log;
    private readonly KeySlots _keys;

    internal SetCheckLog(SealedBlobs blobs, CommitLog log, KeySlots keys) => (_blobs, _log, _keys) = (blobs, log, keys);

    /// <summary>The newest table; an empty one where there is none that can be read.</summary>
    /// <exception cref="AbfException">The storage fails.</exception>
    public async Task<SetCheckTable> ReadAsync(CancellationToken cancellationToken) =>
        (await FindAsync(cancellationToken)).Table;

    /// <summary>Adds checks to the newest table; those of sets that the log does not have are dropped.</summary>
    /// <param name="added">By the state of the log.</param>
    /// <exception cref="PermanentException">
    /// Busy: others write all the time. Storage: it refuses. Repository: the log's chain does not hold.
    /// </exception>
    public Task AddAsync(Func<LogState, IReadOnlyCollection<SetCheck>> added, CancellationToken cancellationToken) =>
        AddAsync(
            async token =>
            {
                LogState state = await ReadStateAsync(token);
                return (added(state), state.Sets.Select(static set => set.Id).ToHashSet());
            },
            cancellationToken
        );

    /// <param name="read">
    /// The checks, and the sets that the log has. Asked after each table that is read: by an older log, a check would be
    /// dropped whose set was sealed since.
    /// </param>
    internal async Task AddAsync(
        Func<CancellationToken, Task<(IReadOnlyCollection<SetCheck> Added, IReadOnlySet<RunId> Live)>> read,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            (long number, SetCheckTable table) = await FindAsync(cancellationToken);
            (IReadOnlyCollection<SetCheck> added, IReadOnlySet<RunId> live) = await read(cancellationToken);
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

    /// <summary>
    /// The tables that the newest few stand for, counted from the newest that authenticates: what somebody planted above
    /// it stands for none. None where none can be read.
    /// </summary>
    internal async IAsyncEnumerable<BlobItem> ListOldAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (long newest, _) = await FindAsync(cancellationToken);
        IAsyncEnumerable<BlobItem> old = _blobs
            .Store.ListAsync(SetCheckNames.Prefix, cancellationToken)
            .Where(item => SetCheckNames.TryParse(item.Name, out long number) && number <= newest)
            .Skip(SetCheckTable.Kept);
        await foreach (BlobItem item in old)
        {
            yield return item;
        }
    }

    /// <summary>As it is now; what is sealed next is so under the keys that it names.</summary>
    private async Task<LogState> ReadStateAsync(CancellationToken cancellationToken)
    {
        LogHead head = await _log.ReadAsync(cancellationToken);
        if (head.Break is { } broken)
        {
            throw new PermanentException(ErrorKind.Repository, broken);
        }

        if (!_keys.AreOf(head))
        {
            await _keys.HealAsync(head, cancellationToken);
        }

        return head.State;
    }

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

        if (first > SetCheckNames.Last)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"No check can be stored at {_blobs.Store.Location}: '{SetCheckNames.BlobName(SetCheckNames.Last)}' has the "
                    + "last number there is, and no writer comes to it by counting; find out who stored it with the "
                    + "repository's keys, and delete it"
            );
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
