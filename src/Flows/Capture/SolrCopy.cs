using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>The backups of a search service as the flow's steps speak of them.</summary>
internal static class SolrCopy
{
    /// <summary>The directory with a root for each core.</summary>
    public const string Root = "solr-indexes";

    /// <summary>Of the names of all backups that runs have Solr make.</summary>
    public const string Beginning = "abf-";

    public static string RootOf(string core) => $"{Root}/{core}";

    public static SolrSource SourceOf(Installation installation) =>
        installation.Solr
        ?? throw new PermanentException(
            ErrorKind.Configuration,
            "installation.index.kind is no longer 'solr' while a run was running: start a new backup."
        );

    public static SolrCore Find(SolrSource source, string name) =>
        source.Cores.FirstOrDefault(core => core.Name == name)
        ?? throw new PermanentException(
            ErrorKind.Configuration,
            $"core '{name}' is no longer in installation.index.solr.cores: start a new backup."
        );

    public static bool IsDone(SolrDetails details, string backup) => details.Name == backup && details.IsSuccess;
}
