using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Looks whether the backups that were begun came to their end. Of one that failed Solr does not say the name; it is told
/// from an earlier failure by not having been there before, or by the directory, which Solr then deletes.
/// </summary>
internal sealed class ObserveSolr(FlowEnvironment environment)
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
        foreach (SolrCoreLook known in input.Cores)
        {
            SolrCore core = SolrCopy.Find(solr.Source, known.Core);
            SolrDetails now = known.IsDone
                ? SolrDetails.None
                : await solr.Backups.ReadDetailsAsync(core, cancellationToken);
            bool isThere = GivenPath.IsDirectory(core.SnapshotOf(input.Backup));
            if (now.Fault is { } fault && (fault != known.OldFault || (known.WasThere && !isThere)))
            {
                throw new PermanentException(
                    ErrorKind.Source,
                    $"Solr's backup '{input.Backup}' of core {core.Name} failed: {PlainText.Escape(fault)}. Look into Solr's "
                        + "log, and at the room where it makes its backups"
                );
            }

            cores.Add(
                known.IsDone || !SolrCopy.IsDone(now, input.Backup)
                    ? known with
                    {
                        WasThere = known.WasThere || isThere,
                    }
                    : known with
                    {
                        IsDone = true,
                        Files = now.Files,
                    }
            );
        }

        return new SolrLook(cores.ToImmutable());
    }
}
