using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// Waits until Alfresco's own index-backup job is out of the way, refreshes the copy where that is configured, and
/// captures it.
/// </summary>
internal sealed class SearchIndexPhase(BackupSteps steps, RunRef run, SourceCheck check, KeptPages kept)
{
    /// <summary>
    /// The longest sleep between two looks. Short, because the job may end early, and because the run's lease is
    /// renewed by each look.
    /// </summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    private bool _refreshed;
    private TimeSpan _waited;

    public async Task<SearchIndexPart> CaptureAsync(int attempt)
    {
        await WaitForWindowAsync();
        if (check.RefreshesIndex && !_refreshed)
        {
            steps.Status.Begin(Phases.Index, "refreshing");
            await steps.UnlessCancelledAsync(
                steps.Context.CallActivityAsync<Nothing>(nameof(RefreshSearchIndex), run, steps.Retry(Retries.Once))
            );
            _refreshed = true;
            await WaitForWindowAsync();
        }

        steps.Status.Begin(Phases.Index);
        DateTimeOffset started = steps.Now;
        SearchIndexCapture capture = await steps.UnlessCancelledAsync(
            steps.Context.CallActivityAsync<SearchIndexCapture>(
                nameof(CaptureSearchIndex),
                new CaptureSearchIndexInput(run, attempt) { Room = kept.Room },
                steps.Retry(Retries.Capture)
            )
        );
        kept.Add(Pages.Index(attempt), capture.Page);
        return new SearchIndexPart(
            capture with
            {
                Page = null,
            },
            new PhaseTimes(Phases.Index, started, steps.Now),
            CanChange: true
        );
    }

    /// <summary>One look, as journaled; says why the captured copy no longer stands, or null.</summary>
    public async Task<string?> MisfitAsync(SearchIndexPart index)
    {
        SearchIndexLook seen = await steps.UnlessCancelledAsync(
            steps.Context.CallActivityAsync<SearchIndexLook>(
                nameof(ObserveSearchIndex),
                new ObserveSearchIndexInput(run, TimeSpan.Zero, steps.Now),
                steps.Retry(Retries.Check)
            )
        );
        return seen.Holds(index.Capture.Generation)
            ? null
            : seen.Reason ?? "the index backup changed after it was captured";
    }

    private async Task WaitForWindowAsync()
    {
        DateTimeOffset began = steps.Now;
        DateTimeOffset giveUpAt = began + check.MaxWait - _waited;
        SearchIndexLook look = await LookAsync(giveUpAt);
        while (look.Action is not (SearchIndexAction.Proceed or SearchIndexAction.Refuse))
        {
            if (steps.Now > giveUpAt)
            {
                // The look compares with the system's clock, which may have been put back since the wait began.
                throw new PermanentException(
                    ErrorKind.Busy,
                    $"The index backup cannot be captured now: {look.Reason}; installation.index.maxWait is over."
                );
            }

            steps.Status.Begin(Phases.IndexWindow, look.Reason);
            DateTimeOffset next = steps.Now + LookEvery;
            await steps.WaitUntilAsync(look.Until is { } until && until < next && until > steps.Now ? until : next);
            look = await LookAsync(giveUpAt);
        }

        if (look.Action is SearchIndexAction.Refuse)
        {
            throw new PermanentException(ErrorKind.Busy, $"The index backup cannot be captured now: {look.Reason}.");
        }

        _waited += steps.Now - began;
    }

    /// <summary>Past <paramref name="giveUpAt"/> a look refuses.</summary>
    private Task<SearchIndexLook> LookAsync(DateTimeOffset giveUpAt) =>
        steps.UnlessCancelledAsync(
            steps.Context.CallActivityAsync<SearchIndexLook>(
                nameof(ObserveSearchIndex),
                new ObserveSearchIndexInput(run, check.ExpectedIndexAndDatabase, giveUpAt),
                steps.Retry(Retries.Check)
            )
        );
}
