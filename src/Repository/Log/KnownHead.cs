using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>The head of the log as it was last read or added to here. Thread-safe.</summary>
internal sealed class KnownHead(IBlobStore blobs, LogReader reader, TimeProvider time)
{
    private LogHead? _head;
    private long _readAt;

    /// <summary>Null before the first read.</summary>
    public LogHead? Value => Volatile.Read(ref _head);

    /// <inheritdoc cref="CommitLog.LookAgainAsync"/>
    public async Task<LogHead> ReadAsync(
        RememberedHead? remembered,
        bool looksAgain,
        CancellationToken cancellationToken
    )
    {
        LogHead? known = Value;
        LogWalk walk = new(blobs, reader, looksAgain || (known is null && reader.HasCache));
        LogHead head =
            known is null || remembered is not null
                ? await walk.FromHintAsync(remembered, cancellationToken)
                : await walk.ForwardAsync(known, null, cancellationToken);
        return Keep(head, isFresh: known is null || remembered is not null);
    }

    /// <inheritdoc cref="CommitLog.ReadRecentAsync"/>
    public Task<LogHead> ReadRecentAsync(TimeSpan maxAge, CancellationToken cancellationToken) =>
        Value is { } known && time.GetElapsedTime(Volatile.Read(ref _readAt)) < maxAge
            ? Task.FromResult(known)
            : ReadAsync(null, looksAgain: false, cancellationToken);

    /// <summary>The log as it is now, from another head than the known one.</summary>
    public async Task<LogHead> ReadFromAsync(LogHead head, CancellationToken cancellationToken) =>
        Keep(await new LogWalk(blobs, reader).ForwardAsync(head, null, cancellationToken));

    /// <param name="isFresh">
    /// The log was read anew, and its chain judged; otherwise a break that was seen before stays.
    /// </param>
    public LogHead Keep(LogHead head, bool isFresh = false)
    {
        LogHead? known = Value;
        head = isFresh ? head : head with { Break = head.Break ?? known?.Break };
        if (isFresh || known is null || known.Next < head.Next || known.Sequence < head.Sequence)
        {
            Volatile.Write(ref _head, head);
        }

        Volatile.Write(ref _readAt, time.GetTimestamp());

        return head;
    }
}
