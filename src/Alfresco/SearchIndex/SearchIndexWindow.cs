using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex;

/// <summary>
/// Whether the index may be captured now. The index phase and the SQL phase must both pass without a firing of
/// Alfresco's job between them, or the set's index would be newer than its database, which stops Solr's and Lucene's
/// recovery.
/// </summary>
public static class SearchIndexWindow
{
    /// <summary>The job makes its temporary directory within this time of its firing.</summary>
    public static readonly TimeSpan FiringGrace = TimeSpan.FromMinutes(2);

    /// <summary>How long to wait before looking at a running job again.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    /// <summary>Pure: the same arguments give the same decision.</summary>
    /// <param name="expected">How long the index and database phases will take together.</param>
    /// <param name="giveUpAt">A wait past this is a refusal.</param>
    /// <exception cref="PermanentException">Kind Source: there is no index backup, and none is being made.</exception>
    public static SearchIndexDecision Decide(
        SearchIndexSource source,
        SearchIndexObservation seen,
        DateTimeOffset now,
        TimeSpan expected,
        DateTimeOffset giveUpAt
    )
    {
        if (seen.IsRunning)
        {
            return Wait(source, now + LookAgain, giveUpAt, "Alfresco's index-backup job is running");
        }

        // Just fired: either its copy is newer than the firing, or it is about to begin. A copy of the future may be of
        // any time.
        if (
            source.Schedule.NextFiring(now - FiringGrace) is { } fired
            && fired <= now
            && !IsNewerThan(fired, seen, now)
        )
        {
            return Wait(
                source,
                fired + FiringGrace,
                giveUpAt,
                $"Alfresco's index-backup job fired at {fired:u} and is about to begin"
            );
        }

        if (seen.IsAbsent)
        {
            throw Absent(source);
        }

        if (source.Schedule.NextFiring(now) is not { } next || next >= now + expected)
        {
            return new SearchIndexDecision(SearchIndexAction.Proceed, null, null);
        }

        string why =
            $"Alfresco's index-backup job fires at {next:u}, before the index and database phases (about "
            + $"{Minutes(expected)}) would be done";
        return source.Schedule.NextFiring(next) is { } later && later - next < expected
            ? new SearchIndexDecision(
                SearchIndexAction.Refuse,
                $"{why}, and it fires again at {later:u}: no gap is long enough; space the job's firings further "
                    + $"apart ('{source.Schedule.Expression}')",
                null
            )
            : Wait(source, next + FiringGrace, giveUpAt, why);
    }

    /// <summary>The fault of an index backup that is not there.</summary>
    public static PermanentException Absent(SearchIndexSource source) =>
        new(
            ErrorKind.Source,
            $"there is no index backup at '{source.Path}' (installation.index.path): {HowToGoOn(source)}"
        );

    /// <summary>The fault of an index backup that has not one byte in it.</summary>
    public static PermanentException Empty(SearchIndexSource source) =>
        new(
            ErrorKind.Source,
            $"the index backup at '{source.Path}' (installation.index.path) is empty, or has only empty files: "
                + HowToGoOn(source)
        );

    private static string HowToGoOn(SearchIndexSource source) =>
        source.OtherSubsystem is { } other
            ? $"{other} in the properties, so that Alfresco makes no Lucene index backup; write \"kind\": \"none\" into "
                + "installation.index, and the index is built again from the database after a restore, or \"kind\": \"solr\" to "
                + "have the search service back up its cores"
            : "let Alfresco's index-backup job run once, correct the path, or write \"kind\": \"none\" into "
                + "installation.index if this installation keeps no index backup";

    /// <summary>
    /// A line each where the backup is older than <see cref="SearchIndexSource.MaxAge"/>, the properties name another
    /// index, or a crashed job left its temporary directory.
    /// </summary>
    public static IEnumerable<string> Warnings(SearchIndexSource source, SearchIndexObservation seen)
    {
        if (seen.Age > source.MaxAge)
        {
            yield return $"the index backup at '{source.Path}' is {seen.Age.Value.TotalHours:F0} hours old "
                + $"(installation.index.maxAge is {source.MaxAge.TotalHours:F0}): does Alfresco's job still run?";
        }

        if (seen.Age < -RecordedTime.Tolerance)
        {
            yield return $"the index backup at '{source.Path}' has a time that is "
                + $"{-seen.Age.Value.TotalHours:F1} hours in the future: the clock was wrong when it was made, or is "
                + "wrong now; whether Alfresco's job still runs is not known";
        }

        if (source.OtherSubsystem is { } other)
        {
            yield return $"{other} in the properties, and installation.index.kind is 'lucene': is the index backup at "
                + $"'{source.Path}' one that Alfresco still uses?";
        }

        if (seen.TempIsStale)
        {
            yield return $"'{SearchIndexBackup.TempName}' beside '{source.Path}' has not changed since "
                + $"{seen.TempChanged:u}: Alfresco's index-backup job crashed then";
        }
    }

    private static bool IsNewerThan(DateTimeOffset fired, SearchIndexObservation seen, DateTimeOffset now) =>
        seen.Age < now - fired && seen.Age >= -RecordedTime.Tolerance;

    private static SearchIndexDecision Wait(
        SearchIndexSource source,
        DateTimeOffset until,
        DateTimeOffset giveUpAt,
        string reason
    ) =>
        source.OnWindow == OnWindow.Refuse
            ? new SearchIndexDecision(
                SearchIndexAction.Refuse,
                $"{reason}; installation.index.onWindow is 'refuse'",
                null
            )
        : until > giveUpAt
            ? new SearchIndexDecision(
                SearchIndexAction.Refuse,
                $"{reason}; waiting until {until:u} exceeds installation.index.maxWait ({Minutes(source.MaxWait)})",
                null
            )
        : new SearchIndexDecision(SearchIndexAction.WaitUntil, reason, until);

    private static string Minutes(TimeSpan time) =>
        time < TimeSpan.FromMinutes(2)
            ? $"{Math.Ceiling(time.TotalSeconds)} s"
            : $"{Math.Ceiling(time.TotalMinutes)} min";
}
