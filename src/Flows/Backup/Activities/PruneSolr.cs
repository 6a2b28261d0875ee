using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Has Solr delete the captured backups. Where it does not, that is said, and nothing comes of it: the next run tries again.
/// </summary>
internal sealed class PruneSolr(FlowEnvironment environment) : RunActivity<SolrBackupInput, Nothing>(environment)
{
    protected override async Task<Nothing> WorkAsync(
        RunContext run,
        SolrBackupInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        SolrSource source = SolrCopy.SourceOf(run.DiscoverInstallation());
        using var backups = new SolrBackups(source);
        foreach (SolrCore core in source.Cores)
        {
            try
            {
                await backups.DeleteAsync(core, input.Backup, cancellationToken);
            }
            catch (AbfException e)
            {
                progress.Warn(e.Message);
            }
        }

        return Nothing.Value;
    }
}
