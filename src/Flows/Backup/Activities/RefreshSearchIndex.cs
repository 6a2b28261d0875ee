using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>Runs the configured refresh command and waits for a new copy. Run twice, it makes two copies: the later one is captured.</summary>
internal sealed class RefreshSearchIndex(FlowEnvironment environment) : FlowActivity<RunRef, Nothing>
{
    public override Task<Nothing> RunAsync(RunRef input, IProgressSink progress, CancellationToken cancellationToken) =>
        environment.Runs.WorkAsync(
            input.Run,
            async (scope, token) =>
            {
                await new SearchIndexBackup(SearchIndexCopy.SourceOf(environment.Runs.DiscoverInstallation()), scope.Time).RefreshAsync(token);
                return Nothing.Value;
            },
            cancellationToken);
}
