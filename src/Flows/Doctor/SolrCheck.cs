using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>Every core of the search service answers, and the directory of its backups can be read.</summary>
internal sealed class SolrCheck : ICheck
{
    public string Id => "solr";

    public string Why => "a backup goes on without the search index, and ends with exit code 3";

    /// <summary>A backup finds it by itself, and goes on.</summary>
    public bool IsPreflight => false;

    public async Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        if (subject.Installation.Solr is not { } source)
        {
            return [];
        }

        List<Notice> faults = [];
        foreach (SolrCore core in source.Cores)
        {
            try
            {
                using var backups = new SolrBackups(source);
                SolrBackups.List(core, SolrCopy.Beginning);
                await backups.ReadDetailsAsync(core, cancellationToken);
            }
            catch (AbfException e)
            {
                faults.AddRange(
                    Notice.Of(e, Id, Why).Select(static notice => notice with { Severity = NoticeSeverity.Warning })
                );
            }
        }

        IEnumerable<Notice> plain = source is { IsInTheClear: true, Secret: not null }
            ?
            [
                new Notice(
                    "solr-plain-http",
                    $"installation.index.solr.url is http:// beyond this machine",
                    "the secret can be read on the way",
                    "use https://, or a tunnel"
                ),
            ]
            : [];
        return faults.Concat(plain);
    }
}
