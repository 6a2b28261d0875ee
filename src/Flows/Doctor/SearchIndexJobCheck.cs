using System.Globalization;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>
/// Whether the index and database phases of the next backup (of one that starts now, where that is not known) end before
/// Alfresco's index-backup job fires.
/// </summary>
internal sealed class SearchIndexJobCheck : ICheck
{
    public string Id => "index-job";

    public string Why => "the backup and the job must not run at once";

    /// <summary>The flow looks at it when it comes to the phase.</summary>
    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult<IEnumerable<Notice>>(
            subject.Installation.Index is { } index && Observe(subject, index) is { IsAbsent: false } seen
                ? [Judge(subject, index, seen)]
                : []
        );

    /// <summary>By the time of a later backup no job is running that runs now.</summary>
    private static SearchIndexObservation Observe(Subject subject, SearchIndexSource index)
    {
        SearchIndexObservation seen = new SearchIndexBackup(index, subject.Time).Observe();
        return subject.NextBackup is null || seen.IsAbsent
            ? seen
            : new SearchIndexObservation(
                seen.Stamp ?? default,
                TimeSpan.FromDays(1),
                TempChanged: null,
                TempIsStale: false
            );
    }

    private Notice Judge(Subject subject, SearchIndexSource index, SearchIndexObservation seen)
    {
        DateTimeOffset start = subject.NextBackup ?? subject.Time.GetUtcNow();
        TimeSpan expected = ExpectedTimes.IndexAndDatabase(subject.Last);
        SearchIndexDecision decision = SearchIndexWindow.Decide(index, seen, start, expected, start + index.MaxWait);
        string backup = subject.NextBackup is null ? "a backup that starts now" : $"the backup of {Time(start)}";
        DateTimeOffset? firing = index.Schedule.NextFiring(start);
        return decision.Action switch
        {
            SearchIndexAction.Proceed => new Notice(
                Id,
                $"index and database of {backup} are expected to end by {Time(start + expected)}; "
                    + (
                        firing is { } next
                            ? $"Alfresco's index job fires at {Time(next)}"
                            : "Alfresco's index job is off"
                    ),
                Why,
                "nothing to do"
            )
            {
                Severity = NoticeSeverity.Info,
            },
            SearchIndexAction.WaitUntil => new Notice(
                Id,
                $"{backup} would wait until {Time(decision.Until!.Value)}: {decision.Reason}",
                Why,
                "start backups after the job's end, or long enough before it fires"
            )
            {
                Severity = subject.NextBackup is null ? NoticeSeverity.Info : NoticeSeverity.Warning,
            },
            _ => new Notice(
                Id,
                $"{backup} would be refused: {decision.Reason}",
                Why,
                "start backups after the job's end, or long enough before it fires"
            ),
        };

        // In the zone of the job, in which administrators think of it.
        string Time(DateTimeOffset time) =>
            TimeZoneInfo
                .ConvertTime(time, subject.Installation.TimeZone)
                .ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
    }
}
