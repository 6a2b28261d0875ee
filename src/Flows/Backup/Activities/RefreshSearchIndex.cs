using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Runs the configured refresh command and waits for a new copy. Run twice, it makes two copies: the later one is
/// captured.
/// </summary>
internal sealed class RefreshSearchIndex(FlowEnvironment environment)
    : RunActivity<RunRef, Nothing>(environment),
        IPhasedActivity
{
    public static string Phase => Phases.Index;

    protected override async Task<Nothing> WorkAsync(
        RunContext run,
        RunRef input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        SearchIndexSource source = SearchIndexCopy.SourceOf(run.DiscoverInstallation());
        await new SearchIndexBackup(source, run.Time).RefreshAsync(cancellationToken);
        return Nothing.Value;
    }
}
