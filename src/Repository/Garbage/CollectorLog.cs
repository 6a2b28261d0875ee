using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// How a collector reads the log: it trusts none that has an alarm, and what it saw holds until the log moves.
/// </summary>
/// <param name="refusal">What the collector says where it does nothing, such as "Nothing is collected".</param>
internal sealed class CollectorLog(BackupRepository repository, string refusal)
{
    /// <exception cref="PermanentException">Repository: the log has an alarm.</exception>
    public async Task<LogHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return head.Alarms.IsEmpty
            ? head
            : throw new PermanentException(ErrorKind.Repository, $"{refusal}: {head.Alarms[0]}");
    }

    /// <summary>What was seen by this head is the whole truth: nothing of it was given up or replaced meanwhile.</summary>
    /// <inheritdoc cref="ReadHeadAsync"/>
    public async Task<bool> IsStillAsync(LogHead head, CancellationToken cancellationToken) =>
        (await ReadHeadAsync(cancellationToken)).Sequence == head.Sequence;

    /// <summary>The log, and what lies in the store. This machine has the newest keys then.</summary>
    /// <returns>Null where the log moved meanwhile.</returns>
    /// <inheritdoc cref="ReadHeadAsync"/>
    public async Task<(LogHead Head, StoreListing Store)?> TryLookAsync(CancellationToken cancellationToken)
    {
        // First the listing, then the log: what a run has stored by then is named, or the run is open. And the log as it
        // was before: what is named since then does not stand in the listing.
        LogHead earlier = await ReadHeadAsync(cancellationToken);
        StoreListing store = await StoreListing.ReadAsync(repository.Blobs.Store, cancellationToken);
        LogHead head = await ReadHeadAsync(cancellationToken);
        if (head.Sequence != earlier.Sequence)
        {
            return null;
        }

        // Under keys that a reseal has dropped meanwhile nobody could open what is written.
        if (!repository.Keys.AreOf(head))
        {
            await repository.Keys.HealAsync(head, cancellationToken);
        }

        return (head, store);
    }
}
