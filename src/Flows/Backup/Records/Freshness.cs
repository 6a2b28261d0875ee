using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <summary>
/// How far apart the phases of one set may lie. Rows added after the index copy are indexed again from SQL at the first
/// start, and the content cleaner leaves an orphaned file alone for <c>orphanProtectDays</c>: within these bounds the
/// three parts fit each other.
/// </summary>
internal static class Freshness
{
    /// <summary>From the start of the index phase to the end of the database phase.</summary>
    public static readonly TimeSpan IndexToDatabase = TimeSpan.FromHours(24);

    /// <summary>A phase is taken again this often before the run gives up as busy.</summary>
    public const int MaxVoids = 3;

    /// <summary>A files phase that is expected to exceed this uploads content before the index phase as well.</summary>
    public static readonly TimeSpan SeedsBeyond = TimeSpan.FromHours(6);

    /// <summary>
    /// Also after a run whose clock was ahead: it took directories for rested that were not, and nobody knows how long
    /// ago it was.
    /// </summary>
    /// <param name="scanned">The last full scan; null: there was none.</param>
    /// <param name="parent">The start of the set that is inherited from.</param>
    public static bool IsFullScanDue(
        DateTimeOffset? scanned,
        DateTimeOffset? parent,
        TimeSpan every,
        DateTimeOffset now
    ) =>
        scanned is not { } last
        || RecordedTime.IsDue(last, every, now)
        || (parent is { } started && RecordedTime.IsInFuture(started, now));

    public static bool IndexFits(PhaseTimes index, PhaseTimes database) =>
        database.Ended - index.Started <= IndexToDatabase;

    /// <summary>The latest end of the files phase.</summary>
    public static DateTimeOffset FilesDeadline(PhaseTimes database, SourceCheck check) =>
        database.Started + check.FilesMustEndWithin;
}
