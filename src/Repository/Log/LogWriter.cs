using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>
/// Appends entries: the conditional create of the next one, judged anew wherever another writer was faster.
/// </summary>
internal sealed class LogWriter(SealedBlobs blobs, TimeProvider time, LogReader reader, KnownHead known)
{
    public Task<LogHead> AppendAsync(Func<LogHead, LogEntry?> judge, CancellationToken cancellationToken) =>
        AppendAsync(head => Task.FromResult(judge(head)), cancellationToken);

    /// <summary>
    /// Appends what <paramref name="judge"/> drafts on the head as it is; null means that nothing is left to do. Judges
    /// anew whenever another writer was faster. Returns the head with which it ended.
    /// </summary>
    public async Task<LogHead> AppendAsync(Func<LogHead, Task<LogEntry?>> judge, CancellationToken cancellationToken)
    {
        // Behind a head that is known from earlier, the create finds an entry that was added since. That nothing
        // is left to do is said of the log as it is now alone.
        LogHead? earlier = known.Value;
        LogHead head = earlier ?? await ReadAsync(cancellationToken);
        while (true)
        {
            if (await judge(head) is not { } draft)
            {
                if (earlier is null)
                {
                    return head;
                }

                (head, earlier) = (await ReadAsync(cancellationToken), null);
                continue;
            }

            if (head.Break is { } broken)
            {
                throw new PermanentException(ErrorKind.Repository, broken);
            }

            if (!await AreSkippedStillAsync(head, cancellationToken))
            {
                LogHead seen = head with { Next = head.Sequence + 1 };
                head = await known.ReadFromAsync(seen, cancellationToken);
                continue;
            }

            LogState next = head.State.Apply(draft);
            LogEntry entry = LogEntry.CarriesState(draft.Sequence)
                ? draft with
                {
                    State = StateDocument.From(next),
                }
                : draft;
            LogHead? created = await TryCreateAsync(
                head with
                {
                    State = next,
                },
                entry.Check(head.Next),
                cancellationToken
            );
            if (created is not null)
            {
                return known.Keep(created);
            }

            LogHead moved = await ReadAsync(cancellationToken);
            earlier = null;
            head =
                moved.Next > head.Next
                    ? moved
                    : throw new TransientException(
                        ErrorKind.Storage,
                        $"{blobs.Store.Location} says that '{LogNames.BlobName(head.Next)}' exists but does not show it. "
                            + "Try again."
                    );
        }
    }

    private Task<LogHead> ReadAsync(CancellationToken cancellationToken) =>
        known.ReadAsync(null, looksAgain: false, cancellationToken);

    /// <summary>
    /// Whether the blobs between the newest entry and the next one are there and still do not authenticate: past a
    /// valid entry nothing may be appended.
    /// </summary>
    private async Task<bool> AreSkippedStillAsync(LogHead head, CancellationToken cancellationToken)
    {
        for (long sequence = head.Sequence + 1; sequence < head.Next; sequence++)
        {
            if (await reader.ProbeAsync(sequence, cancellationToken) is not { Exists: true, Stored: null })
            {
                return false;
            }
        }

        return true;
    }

    public LogEntry Draft(LogHead head, string type) =>
        new()
        {
            Sequence = head.Next,
            Previous = head.Sha256,
            Time = time.GetUtcNow(),
            Type = type,
        };

    /// <summary>
    /// The head after the new entry; null where another blob is there. One's own bytes there mean that an answer was
    /// lost.
    /// </summary>
    public async Task<LogHead?> TryCreateAsync(LogHead next, LogEntry entry, CancellationToken cancellationToken)
    {
        string name = LogNames.BlobName(entry.Sequence);
        byte[] blob = blobs.Cipher.Seal(ObjectType.LogEntry, name, LogJson.Write(entry));
        string hash = LogReader.Hash(blob);
        if (!await blobs.Once.TryPutAsync(name, blob, cancellationToken))
        {
            return null;
        }

        reader.KeepWritten(entry.Sequence, hash, blob);
        return next with { Sequence = entry.Sequence, Sha256 = hash, Next = entry.Sequence + 1 };
    }
}
