using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// Dumps the database in one activity from one snapshot (a new one where an attempt failed), and looks at the index
/// copy before and after: a dump that ended under another generation may be older than the index, which is the one
/// order that must never be.
/// </summary>
internal sealed class DatabasePhase(
    BackupSteps steps,
    RunRef run,
    SearchIndexPhase index,
    bool fullScan,
    KeptPages kept
)
{
    /// <summary>Returns the part, or why the phases must be taken again.</summary>
    public async Task<(DatabasePart? Part, string? Misfit)> DumpAsync(int attempt, SearchIndexPart? indexPart)
    {
        if (indexPart is { CanChange: true } && await index.MisfitAsync(indexPart) is { } before)
        {
            return (null, before);
        }

        steps.Status.Begin(Phases.Database);
        DateTimeOffset started = steps.Now;
        DatabaseCapture capture = await steps.UnlessCancelledAsync(
            steps.Context.CallActivityAsync<DatabaseCapture>(
                nameof(DumpDatabase),
                new DumpDatabaseInput(run, attempt) { FullScan = fullScan, Room = kept.Room },
                steps.Retry(Retries.Dump)
            )
        );
        kept.Add(Pages.Database(attempt), capture.Page);
        var part = new DatabasePart(capture with { Page = null }, new PhaseTimes(Phases.Database, started, steps.Now));
        if (indexPart is null)
        {
            return (part, null);
        }

        if (indexPart.CanChange && await index.MisfitAsync(indexPart) is { } after)
        {
            return (null, after);
        }

        return Freshness.IndexFits(indexPart.Times, part.Times)
            ? (part, null)
            : (null, $"the dump ended more than {Freshness.IndexToDatabase.TotalHours} h after the index phase began");
    }
}
