using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>How runs ended, from the entries of the log, as the error of whoever would go on with one.</summary>
internal sealed class RunEnds(LogReader reader)
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromDays(1);

    public static PermanentException HasItsSet(RunId run) =>
        new(ErrorKind.Busy, $"Run {run} has committed its set and cannot be opened again.");

    /// <summary>
    /// How a run ended that is neither open nor a set; null where the log does not know it. Searches back to
    /// <paramref name="after"/>, or until an entry is older than <paramref name="oldest"/>.
    /// </summary>
    public async Task<PermanentException?> FindAsync(
        RunId run,
        LogHead head,
        long after,
        DateTimeOffset oldest,
        CancellationToken cancellationToken
    )
    {
        for (long sequence = head.Sequence; sequence > after; sequence--)
        {
            EntryProbe probe = await reader.RecallAsync(sequence, cancellationToken);
            if (probe.Stored?.Entry is { } entry && entry.Run == run)
            {
                return entry.Type switch
                {
                    LogEntryTypes.Evicted => new(
                        ErrorKind.Busy,
                        $"Run {run} was evicted and can never commit a set: {entry.Reason}"
                    ),
                    LogEntryTypes.Abort => new(
                        ErrorKind.Cancelled,
                        $"Run {run} was given up and cannot go on: {entry.Reason}"
                    ),
                    LogEntryTypes.Set => HasItsSet(run),
                    _ => entry.Wrong($"run {run} is neither open nor ended"),
                };
            }

            if (probe.Stored?.Entry.Time < oldest)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>
    /// Where the search for the end of a run that was not opened stops. By the clock, because no sequence tells; where
    /// a clock was wrong, a run that did nothing yet is opened once more, and begins from the newest set.
    /// </summary>
    public static DateTimeOffset OldestOf(RunId run) =>
        run.Started is { } started && started.UtcDateTime > DateTime.UnixEpoch
            ? started - ClockTolerance
            : DateTimeOffset.MinValue;
}
