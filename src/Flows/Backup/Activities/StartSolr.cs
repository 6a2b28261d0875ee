using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>Begins a backup of every core. Idempotent by the backups' name.</summary>
internal sealed class StartSolr(FlowEnvironment environment)
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
            SolrDetails before = await solr.Backups.ReadDetailsAsync(core, cancellationToken);
            bool isDone = SolrCopy.IsDone(before, input.Backup);
            if (!isDone)
            {
                await solr.Backups.BeginAsync(core, input.Backup, cancellationToken);
            }

            // What an older version began has no look before it.
            string? old = input.Cores.IsEmpty ? before.Fault : SolrCopy.Find(input.Cores, core.Name).OldFault;
            cores.Add(new SolrCoreLook(core.Name, isDone, old) { Files = isDone ? before.Files : null });
        }

        return new SolrLook(cores.ToImmutable());
    }
}
