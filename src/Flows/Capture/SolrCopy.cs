using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>The backups of a search service as the flow's steps speak of them.</summary>
internal static class SolrCopy
{
    /// <summary>The directory with a root for each core.</summary>
    public const string Root = "solr-indexes";

    /// <summary>Of the names of all backups that runs have Solr make.</summary>
    public const string Beginning = "abf-";

    /// <summary>Of an installation in a repository: another one may be captured from the same Solr.</summary>
    public static string OwnerOf(string repository, string installation) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{repository} {installation}")))[..8];

    /// <param name="owner">Null in what an older version began.</param>
    public static string NameOf(string? owner, RunId run, int attempt) =>
        owner is null ? $"{Beginning}{run}-{attempt}" : $"{Beginning}{owner}-{run}-{attempt}";

    /// <summary>
    /// Nobody captures it any more: an owner has one run at a time, and what is of another owner is left until no run can
    /// go on with it. What has another name is nobody's here.
    /// </summary>
    /// <param name="own">The backup of the run that asks.</param>
    public static bool IsLeftOver(string name, string own, DateTimeOffset now)
    {
        string[] parts = name.Split('-');
        if (name == own || parts is not [_, .., _, _, _] || !RunId.TryParse($"{parts[^3]}-{parts[^2]}", out RunId run))
        {
            return false;
        }

        return (parts.Length == 5 && own.StartsWith($"{Beginning}{parts[1]}-", StringComparison.Ordinal))
            || (run.Started is { } started && started < now - RunOptions.MaxResumeWithin);
    }

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

    public static SolrCoreLook Find(ImmutableArray<SolrCoreLook> cores, string name) =>
        cores.FirstOrDefault(core => core.Core == name)
        ?? throw new PermanentException(
            ErrorKind.Configuration,
            $"core '{name}' was added to installation.index.solr.cores while a run was running: start a new backup."
        );

    public static bool IsDone(SolrDetails details, string backup) => details.Name == backup && details.IsSuccess;
}
