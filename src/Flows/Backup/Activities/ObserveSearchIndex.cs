using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Looks at the index copy and the job's schedule. A look, not a decision: the flow waits, gives up or voids a phase.
/// Renews the run's lease.
/// </summary>
internal sealed class ObserveSearchIndex(FlowEnvironment environment)
    : RunActivity<ObserveSearchIndexInput, SearchIndexLook>(environment),
        IPhasedActivity
{
    public static string Phase => Phases.IndexWindow;

    protected override Task<SearchIndexLook> WorkAsync(
        RunContext run,
        ObserveSearchIndexInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        SearchIndexSource source = SearchIndexCopy.SourceOf(run.DiscoverInstallation());
        SearchIndexObservation seen = new SearchIndexBackup(source, run.Time).Observe();
        SearchIndexDecision decision = SearchIndexWindow.Decide(
            source,
            seen,
            run.Time.GetUtcNow(),
            input.Expected,
            input.GiveUpAt
        );
        return Task.FromResult(
            new SearchIndexLook(
                decision.Action,
                seen.IsRunning || seen.Stamp is null,
                SearchIndexCopy.GenerationOf(seen),
                decision.Reason,
                decision.Until
            )
        );
    }
}
