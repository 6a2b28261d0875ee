using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>Every core of the search service answers, and the directory of its backups can be read.</summary>
internal sealed class SolrCheck : ICheck
{
    public string Id => "solr";

    public string Why => "the first of the three parts of a set cannot be captured";

    public bool IsPreflight => true;

    public async Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        if (subject.Installation.Solr is not { } source)
        {
            return [];
        }

        using var backups = new SolrBackups(source);
        foreach (SolrCore core in source.Cores)
        {
            SolrBackups.List(core, SolrCopy.Beginning);
            await backups.ReadDetailsAsync(core, cancellationToken);
        }

        return source is { IsInTheClear: true, Secret: not null }
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
    }
}
