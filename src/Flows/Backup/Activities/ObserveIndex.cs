using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Looks at the index copy and the job's schedule. A look, not a decision: the flow waits, gives up or voids a phase. Renews the run's lease.
/// </summary>
internal sealed class ObserveIndex(FlowEnvironment environment) : FlowActivity<ObserveIndexInput, IndexLook>
{
    public override Task<IndexLook> RunAsync(ObserveIndexInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        environment.Runs.WorkAsync(input.Run.Run, (scope, _) => Task.FromResult(Look(input, scope.Time)), cancellationToken);

    private IndexLook Look(ObserveIndexInput input, TimeProvider time)
    {
        IndexSource source = IndexCopy.SourceOf(environment.Runs.DiscoverInstallation());
        IndexObservation seen = new IndexBackup(source, time).Observe();
        IndexDecision decision = IndexWindowRule.Decide(source, seen, time.GetUtcNow(), input.Expected, input.GiveUpAt);
        return new IndexLook(
            decision.Action, seen.IsRunning || seen.Stamp is null, IndexCopy.GenerationOf(seen), decision.Reason, decision.Until);
    }
}
