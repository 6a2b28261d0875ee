using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Has Solr delete what runs before this one have left, because each takes as much room as the index; then looks what it
/// says of earlier backups. A step of its own, so that the journal has that look: once a backup is begun nobody can tell an
/// earlier failure from its own.
/// </summary>
internal sealed class PrepareSolr(FlowEnvironment environment)
    : RunActivity<SolrBackupInput, SolrLook>(environment),
        IPhasedActivity
{
    public static string Phase => Phases.Index;

    protected override async Task<SolrLook> WorkAsync(
        RunContext run,
        SolrBackupInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        using var solr = SolrCores.Open(run);
        var cores = ImmutableArray.CreateBuilder<SolrCoreLook>();
        foreach (SolrCore core in solr.Source.Cores)
        {
            IEnumerable<string> left = SolrBackups
                .List(core, SolrCopy.Beginning)
                .Where(name => SolrCopy.IsLeftOver(name, input.Backup, run.Time.GetUtcNow()));
            foreach (string old in left)
            {
                await solr.TryDeleteAsync(core, old, progress, cancellationToken);
            }

            SolrDetails before = await solr.Backups.ReadDetailsAsync(core, cancellationToken);
            cores.Add(new SolrCoreLook(core.Name, IsDone: false, before.Fault));
        }

        return new SolrLook(cores.ToImmutable());
    }
}
