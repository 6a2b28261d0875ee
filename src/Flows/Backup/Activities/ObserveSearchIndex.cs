using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Looks at the index copy and the job's schedule. A look, not a decision: the flow waits, gives up or voids a phase. Renews the run's lease.
/// </summary>
internal sealed class ObserveSearchIndex(FlowEnvironment environment) : FlowActivity<ObserveSearchIndexInput, SearchIndexLook>
{
    public override Task<SearchIndexLook> RunAsync(ObserveSearchIndexInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        environment.Runs.WorkAsync(input.Run.Run, (scope, _) => Task.FromResult(Look(input, scope.Time)), cancellationToken);

    private SearchIndexLook Look(ObserveSearchIndexInput input, TimeProvider time)
    {
        SearchIndexSource source = SearchIndexCopy.SourceOf(environment.Runs.DiscoverInstallation());
        SearchIndexObservation seen = new SearchIndexBackup(source, time).Observe();
        SearchIndexDecision decision = SearchIndexWindow.Decide(source, seen, time.GetUtcNow(), input.Expected, input.GiveUpAt);
        return new SearchIndexLook(
            decision.Action, seen.IsRunning || seen.Stamp is null, SearchIndexCopy.GenerationOf(seen), decision.Reason, decision.Until);
    }
}
