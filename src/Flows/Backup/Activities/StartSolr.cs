using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Begins a backup of every core. What runs before this one have left is deleted first: each takes as much room as the
/// index. Idempotent by the backups' name.
/// </summary>
internal sealed class StartSolr(FlowEnvironment environment) : RunActivity<SolrBackupInput, SolrLook>(environment)
{
    protected override async Task<SolrLook> WorkAsync(
        RunContext run,
        SolrBackupInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        SolrSource source = SolrCopy.SourceOf(run.DiscoverInstallation());
        using var backups = new SolrBackups(source);
        var cores = ImmutableArray.CreateBuilder<SolrCoreLook>();
        foreach (SolrCore core in source.Cores)
        {
            await DeleteOldAsync(backups, core, input.Backup, progress, cancellationToken);
            SolrDetails before = await backups.ReadDetailsAsync(core, cancellationToken);
            bool isDone = SolrCopy.IsDone(before, input.Backup);
            if (!isDone)
            {
                await backups.BeginAsync(core, input.Backup, cancellationToken);
            }

            cores.Add(new SolrCoreLook(core.Name, isDone, before.Fault));
        }

        return new SolrLook(cores.ToImmutable());
    }

    private static async Task DeleteOldAsync(
        SolrBackups backups,
        SolrCore core,
        string own,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        foreach (string old in SolrBackups.List(core, SolrCopy.Beginning).Where(name => name != own))
        {
            try
            {
                await backups.DeleteAsync(core, old, cancellationToken);
            }
            catch (AbfException e)
            {
                progress.Warn($"What an earlier run left in Solr was not deleted: {e.Message}");
            }
        }
    }
}
