using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>
/// The <c>installation</c> section. What is left out is discovered from <see cref="GlobalProperties"/>.
/// </summary>
public sealed class InstallationOptions
{
    /// <summary>
    /// Names the installation in the repository; 1 to 64 of <c>a-z 0-9 . _ -</c>, starting with a letter or digit.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>Path of <c>alfresco-global.properties</c>.</summary>
    [PathSetting]
    public string? GlobalProperties { get; set; }

    /// <summary><c>dir.root</c>.</summary>
    [PathSetting]
    public string? Root { get; set; }

    /// <summary>
    /// Files of Alfresco's configuration, and directories of them, that are captured beside
    /// <c>alfresco-global.properties</c>.
    /// </summary>
    [PathSetting]
    public string[] ConfigurationFiles { get; set; } = [];

    /// <summary>IANA or Windows id of the zone in which Alfresco runs; default the host's.</summary>
    public string? TimeZone { get; set; }

    public DatabaseOptions Database { get; set; } = new();

    public SearchIndexOptions Index { get; set; } = new();

    public ContentOptions Content { get; set; } = new();
}

/// <summary>The <c>installation.database</c> section.</summary>
public sealed class DatabaseOptions
{
    /// <summary>
    /// <c>jdbc:postgresql://host:port/name</c>, <c>jdbc:mysql://...</c>, <c>jdbc:mariadb://...</c>, with or without
    /// <c>jdbc:</c>.
    /// </summary>
    public string? Url { get; set; }

    public string? Username { get; set; }

    /// <summary>A file that holds the password.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? PasswordFile { get; set; }

    /// <summary>
    /// The password itself, for the environment (<c>ABF__INSTALLATION__DATABASE__PASSWORD</c>); refused in a file.
    /// </summary>
    public Secret? Password { get; set; }

    /// <summary>
    /// The directory of the vendor's tools (<c>pg_dump</c>, <c>mariadb-dump</c>, ...); default the search path.
    /// </summary>
    [PathSetting]
    public string? ToolPath { get; set; }

    /// <summary>How long somebody else may hold a lock that is needed, in the target of a restore too.</summary>
    public TimeSpan MaxWait { get; set; } = DatabaseConnection.UsualWait;
}

/// <summary>The <c>installation.index</c> section.</summary>
public sealed class SearchIndexOptions
{
    /// <summary><c>lucene</c>, <c>solr</c> or <c>none</c>.</summary>
    public string Kind { get; set; } = "lucene";

    public SolrOptions Solr { get; set; } = new();

    /// <summary>The index <em>backup</em> (<c>dir.indexes.backup</c>), never the live index.</summary>
    [PathSetting]
    public string? Path { get; set; }

    /// <summary>When Alfresco's own index-backup job fires (Quartz syntax).</summary>
    public string? Cron { get; set; }

    /// <summary>
    /// <c>wait</c> or <c>refuse</c>, when the job runs or would fire during the index and database phases.
    /// </summary>
    public string OnWindow { get; set; } = "wait";

    /// <summary>Longest wait for the job's window to pass.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromHours(2);

    /// <summary>An older index backup is a warning in the set.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(26);

    /// <summary>Run first, then wait for a new generation: program and arguments.</summary>
    public string[] RefreshCommand { get; set; } = [];
}

/// <summary>The <c>installation.index.solr</c> section, for the kind <c>solr</c>.</summary>
public sealed class SolrOptions
{
    /// <summary>Such as <c>http://localhost:8983/solr</c>.</summary>
    public string? Url { get; set; }

    /// <summary>Each core's name, and the directory in which Solr makes its backups.</summary>
    [PathSetting]
    public IDictionary<string, string> Cores { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A file that holds the secret of the header <c>X-Alfresco-Search-Secret</c>.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? SecretFile { get; set; }

    /// <summary>A client's certificate with its key, PEM or PKCS #12.</summary>
    [PathSetting]
    public string? CertificateFile { get; set; }

    /// <summary>The key of a PEM certificate, where it is not in the same file.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? CertificateKeyFile { get; set; }

    /// <summary>A file that holds the password of the key or of the PKCS #12 file.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? CertificatePasswordFile { get; set; }

    /// <summary>Certificates (PEM) by which Solr's own is trusted, in place of this machine's.</summary>
    [PathSetting]
    public string? TrustedCertificatesFile { get; set; }
}

/// <summary>The <c>installation.content</c> section: directories that differ from what the properties say.</summary>
public sealed class ContentOptions
{
    /// <summary><c>dir.contentstore</c>.</summary>
    [PathSetting]
    public string? Contentstore { get; set; }

    /// <summary><c>dir.contentstore.deleted</c>.</summary>
    [PathSetting]
    public string? Deleted { get; set; }

    /// <summary><c>dir.auditcontentstore</c>.</summary>
    [PathSetting]
    public string? Audit { get; set; }

    /// <summary><c>dir.keystore</c>.</summary>
    [PathSetting]
    public string? Keystore { get; set; }

    /// <summary>
    /// Further stores by name: a content URL <c>NAME://path</c>, or <c>store://NAME/path</c>, is the file <c>path</c>
    /// beneath the directory.
    /// </summary>
    [PathSetting]
    public IDictionary<string, string> Stores { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Compare file lengths with <c>content_size</c>; false for encrypting or compressing stores.</summary>
    public bool CheckSizes { get; set; } = true;

    /// <summary><c>system.content.orphanProtectDays</c>.</summary>
    public int? OrphanProtectDays { get; set; }
}
