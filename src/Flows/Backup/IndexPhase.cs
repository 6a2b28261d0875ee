using AlfrescoBackupFlows.Alfresco;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows;

/// <summary>
/// Waits until Alfresco's own index-backup job is out of the way, refreshes the copy where that is configured, and captures it.
/// </summary>
internal sealed class IndexPhase(BackupSteps steps, RunRef run, SourceCheck check)
{
    /// <summary>
    /// The longest sleep between two looks. Short, because the job may end early, and because the run's lease is renewed by each look.
    /// </summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    private bool _refreshed;
    private TimeSpan _waited;

    public async Task<IndexPart> CaptureAsync(int attempt)
    {
        await WaitForWindowAsync();
        if (check.RefreshesIndex && !_refreshed)
        {
            steps.Status.Begin("index", "refreshing");
            await steps.CallAsync(BackupNames.RefreshIndex, run, Retries.Once);
            _refreshed = true;
            await WaitForWindowAsync();
        }

        steps.Status.Begin("index");
        DateTimeOffset started = steps.Now;
        IndexCapture capture = await steps.CallAsync(BackupNames.CaptureIndex, new CaptureIndexInput(run, attempt), Retries.Capture);
        return new IndexPart(capture, new PhaseTimes(PhaseNames.Index, started, steps.Now));
    }

    /// <summary>One look, as journaled; says why the captured copy no longer stands, or null.</summary>
    public async Task<string?> MisfitAsync(IndexPart index)
    {
        IndexLook seen = await steps.CallAsync(BackupNames.ObserveIndex, new ObserveIndexInput(run, TimeSpan.Zero, steps.Now), Retries.Check);
        return seen.Holds(index.Capture.Generation) ? null : seen.Reason ?? "the index backup changed after it was captured";
    }

    private async Task WaitForWindowAsync()
    {
        DateTimeOffset began = steps.Now;
        DateTimeOffset giveUpAt = began + check.MaxWait - _waited;
        while (true)
        {
            var input = new ObserveIndexInput(run, check.ExpectedIndexAndDatabase, giveUpAt);
            IndexLook look = await steps.CallAsync(BackupNames.ObserveIndex, input, Retries.Check);
            switch (look.Action)
            {
                case IndexAction.Proceed:
                    _waited += steps.Now - began;
                    return;
                case IndexAction.Refuse:
                    throw new PermanentException(ErrorKind.Busy, $"The index backup cannot be captured now: {look.Reason}.");
                default:
                    steps.Status.Begin("index-window", look.Reason);
                    DateTimeOffset next = steps.Now + LookEvery;
                    await steps.WaitUntilAsync(look.Until is { } until && until < next && until > steps.Now ? until : next);
                    break;
            }
        }
    }
}
