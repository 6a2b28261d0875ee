using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Has Solr delete what runs before this one have left, because each takes as much room as the index; then looks what it
/// says of earlier backups. A step of its own, so that the journal has that look: once a backup is begun nobody can tell an
/// earlier failure from its own.
/// </summary>
internal sealed class PrepareSolr(FlowEnvironment environment) : RunActivity<SolrBackupInput, SolrLook>(environment)
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
            IEnumerable<string> left = SolrBackups
                .List(core, SolrCopy.Beginning)
                .Where(name => SolrCopy.IsLeftOver(name, input.Backup, run.Time.GetUtcNow()));
            foreach (string old in left)
            {
                await DeleteAsync(backups, core, old, progress, cancellationToken);
            }

            SolrDetails before = await backups.ReadDetailsAsync(core, cancellationToken);
            cores.Add(new SolrCoreLook(core.Name, IsDone: false, before.Fault));
        }

        return new SolrLook(cores.ToImmutable());
    }

    private static async Task DeleteAsync(
        SolrBackups backups,
        SolrCore core,
        string old,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
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
