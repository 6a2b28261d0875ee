using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>A live Alfresco installation: all that a hot backup has to know of it.</summary>
/// <param name="Fingerprint">32 hexadecimal digits, the same for the same database and root; holds no secret.</param>
/// <param name="Roots">Content directories, in the order in which they are captured.</param>
/// <param name="Index">Null where the configuration says that there is none.</param>
/// <param name="TimeZone">The zone of Alfresco's JVM: of its cron expressions and of the dates in content URLs.</param>
/// <param name="OrphanProtectDays">For so many days Alfresco keeps the file of deleted content.</param>
/// <param name="CheckSizes">False: file lengths need not equal <c>content_size</c>.</param>
/// <param name="Notices">What a person should know.</param>
public sealed record Installation(
    string Name,
    string Fingerprint,
    ImmutableArray<ContentRoot> Roots,
    SearchIndexSource? Index,
    DatabaseConnection Database,
    TimeZoneInfo TimeZone,
    int OrphanProtectDays,
    bool CheckSizes,
    ContentUrlMap Urls,
    ImmutableArray<Notice> Notices
)
{
    /// <summary>The search service, where its cores are backed up; then <see cref="Index"/> is null.</summary>
    public SolrSource? Solr { get; init; }

    /// <summary><c>index.subsystem.name</c>; null where the properties do not say it.</summary>
    public string? IndexSubsystem { get; init; }

    /// <summary>Files of Alfresco's configuration, in the order of capture.</summary>
    public ImmutableArray<ConfigurationFile> Configuration { get; init; } = [];

    /// <summary><c>dir.root</c>; where nothing says it, the content store.</summary>
    public string Root { get; init; } = string.Empty;

    /// <summary>For a person to read, one line each.</summary>
    public IEnumerable<string> Warnings => Notices.Select(static notice => notice.Line);

    /// <summary>
    /// Reads the options and the properties file they name; looks at directories, but not into them. Every fault stands
    /// in one
    /// <see cref="PermanentException"/> of kind Configuration, one per line.
    /// </summary>
    public static Installation Discover(InstallationOptions options) => new InstallationDiscovery(options).Discover();

    /// <summary>
    /// The database's password in the properties file, whatever else is wrong there; null where none can be read.
    /// </summary>
    public static Secret? FindPassword(InstallationOptions options) =>
        SettingValues.Read(options, new DiscoveryFaults()).Raw("installation.database.passwordFile", "db.password")
            is { Length: > 0 } password
            ? new Secret(password)
            : null;

    /// <summary>
    /// Opens every root once. A missing or unreadable directory, and an empty <c>contentstore</c>, is a
    /// <see cref="PermanentException"/> of kind Source: an unmounted volume must never be taken for an installation
    /// without documents.
    /// </summary>
    /// <param name="acceptEmpty">Somebody said that an empty content store is right.</param>
    public void CheckRoots(bool acceptEmpty)
    {
        foreach (var root in Roots)
        {
            using var tree = OpenRoot(root);
            if (!acceptEmpty && root.Name == ContentRoot.Contentstore && !TreeContent.HasFile(tree))
            {
                throw new PermanentException(
                    ErrorKind.Source,
                    $"{root.Setting} '{root.Path}' is empty, or has not one file beneath it: mount the content store, "
                        + "or correct the setting; if this is right, run the backup with --accept-content-loss"
                );
            }
        }
    }

    private static SourceTree OpenRoot(ContentRoot root)
    {
        try
        {
            return SourceTree.Open(root.Path);
        }
        catch (PermanentException e)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"{root.Setting}: {e.Message}; mount it, or correct the setting",
                e
            );
        }
    }
}
