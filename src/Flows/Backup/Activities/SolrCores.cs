using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>The cores of the run's search service, and the connection to it, for one step.</summary>
internal sealed class SolrCores : IDisposable
{
    private SolrCores(SolrSource source) => (Source, Backups) = (source, new SolrBackups(source));

    public SolrSource Source { get; }

    public SolrBackups Backups { get; }

    /// <exception cref="PermanentException">Configuration: there is none any more, or its certificate cannot be
    /// read.</exception>
    public static SolrCores Open(RunContext run) => new(SolrCopy.SourceOf(run.DiscoverInstallation()));

    /// <summary>Has Solr delete a backup. Where it does not, that is said, and the next run tries again.</summary>
    public async Task TryDeleteAsync(
        SolrCore core,
        string backup,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await Backups.DeleteAsync(core, backup, cancellationToken);
        }
        catch (AbfException e)
        {
            progress.Warn($"A backup in Solr was not deleted; the next run tries again: {e.Message}");
        }
    }

    public void Dispose() => Backups.Dispose();
}
