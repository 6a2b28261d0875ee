using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Has Solr delete the captured backups. Where it does not, that is said, and nothing comes of it: the next run tries again.
/// </summary>
internal sealed class PruneSolr(FlowEnvironment environment)
    : RunActivity<SolrBackupInput, Nothing>(environment),
        IPhasedActivity
{
    public static string Phase => Phases.Index;

    protected override async Task<Nothing> WorkAsync(
        RunContext run,
        SolrBackupInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        using var solr = SolrCores.Open(run);
        foreach (SolrCore core in solr.Source.Cores)
        {
            await solr.TryDeleteAsync(core, input.Backup, progress, cancellationToken);
        }

        return Nothing.Value;
    }
}
