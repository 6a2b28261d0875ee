using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Config;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>Everything a host must know: the content of <c>abf.json</c>, and of the cloud host's settings under the
/// same names.</summary>
public sealed class BackupOptions
{
    public InstallationOptions Installation { get; set; } = new();

    public RepositoryOptions Repository { get; set; } = new();

    public RunOptions Backup { get; set; } = new();

    public LimitRateOptions LimitRate { get; set; } = new();

    public RestoreOptions Restore { get; set; } = new();

    public RetentionOptions Retention { get; set; } = new();

    /// <summary>Stores that follow the repository's; none: nothing is copied.</summary>
    public MirrorTargetOptions[] Mirror { get; set; } = [];

    public VerifyOptions Verify { get; set; } = new();

    public DrillOptions Drill { get; set; } = new();

    public NotifyOptions Notify { get; set; } = new();

    public ServeOptions Serve { get; set; } = new();

    public MetricsOptions Metrics { get; set; } = new();

    /// <summary>When the host that stays (<c>abf serve</c>, the cloud) takes a backup by itself: a cron expression of
    /// five or six fields; null: only when asked.</summary>
    public string? Schedule { get; set; }

    /// <summary>A local directory for the journal, locks and caches.</summary>
    [PathSetting]
    public string? State { get; set; }
}

/// <summary>The <c>repository</c> section.</summary>
public sealed class RepositoryOptions
{
    public const string EncryptionPassphrase = RepositoryAccess.EncryptionPassphrase;

    public const string EncryptionNone = RepositoryAccess.EncryptionNone;

    /// <summary><c>https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX</c> (with or without a SAS) or <c>file:///path</c>.</summary>
    public string? Url { get; set; }

    /// <summary>The control store (leases, pins, what was done and told last); default: <c>control/</c> beside the repository's
    /// blobs.</summary>
    public string? ControlUrl { get; set; }

    /// <summary>A file that holds a storage connection string (Azurite, shared key).</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? ConnectionStringFile { get; set; }

    /// <summary>The connection string itself, for the environment (<c>ABF__REPOSITORY__CONNECTIONSTRING</c>); refused
    /// in a file.</summary>
    public Secret? ConnectionString { get; set; }

    /// <summary>A file that holds the passphrase.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? PassphraseFile { get; set; }

    /// <summary>The passphrase itself, for the environment (<c>ABF__REPOSITORY__PASSPHRASE</c>); refused in a
    /// file.</summary>
    public Secret? Passphrase { get; set; }

    /// <summary>In place of a passphrase: the keys of a host that adds to the repository and cannot read its content.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? KeyFile { get; set; }

    /// <summary><c>passphrase</c> or <c>none</c>. Pinned here: a repository that says otherwise is refused.</summary>
    public string Encryption { get; set; } = EncryptionPassphrase;
}

/// <summary>The <c>backup</c> section: how a run behaves.</summary>
public sealed class RunOptions
{
    /// <summary>The most that <see cref="ResumeWithin"/> can say, on whichever host.</summary>
    public static readonly TimeSpan MaxResumeWithin = TimeSpan.FromDays(7);

    /// <summary>An unfinished run older than this is abandoned, and a new one starts.</summary>
    public TimeSpan ResumeWithin { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Ranges of files captured at once; 1 to 32.</summary>
    public int Parallelism { get; set; } = 2;

    /// <summary>How often every file is looked at, whatever its directory says.</summary>
    public TimeSpan FullScanEvery { get; set; } = TimeSpan.FromDays(7);

    /// <summary>A file that lists content URLs, one a line, whose absence is acknowledged.</summary>
    [PathSetting]
    public string? AcknowledgedMissingFile { get; set; }
}

/// <summary>The <c>restore</c> section: what a restore over HTTP may touch. The command line needs none of
/// it.</summary>
public sealed class RestoreOptions
{
    /// <summary>Targets are made right beneath it; null: no restores over HTTP.</summary>
    [PathSetting]
    public string? Directory { get; set; }

    /// <summary>The empty database that is filled: <c>postgresql://user@host:port/name</c> or <c>mysql://...</c>; null:
    /// files alone.</summary>
    public string? DatabaseUrl { get; set; }

    /// <summary>A file that holds its password.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? DatabasePasswordFile { get; set; }

    /// <summary>The password itself, for the environment (<c>ABF__RESTORE__DATABASEPASSWORD</c>); refused in a
    /// file.</summary>
    public Secret? DatabasePassword { get; set; }
}

/// <summary>The <c>serve</c> section: where <c>abf serve</c> listens and what it asks for.</summary>
public sealed class ServeOptions
{
    /// <summary>Addresses to listen at, with ';' between them.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:7090";

    /// <summary>A file that holds the key that every request must bring.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? KeyFile { get; set; }

    /// <summary>The key itself, for the environment (<c>ABF__SERVE__KEY</c>); refused in a file.</summary>
    public Secret? Key { get; set; }

    /// <summary>A file that holds a key that opens <c>/metrics</c> and nothing else; null: only the API's key
    /// does.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? MetricsKeyFile { get; set; }

    /// <summary>Whoever has the key may take documents out of sets; false: the server gives none out.</summary>
    public bool Documents { get; set; }

    /// <summary>The certificate of https addresses, with its chain: PEM, or PKCS #12 (<c>.pfx</c>, <c>.p12</c>).</summary>
    [PathSetting]
    public string? CertificateFile { get; set; }

    /// <summary>The private key of a PEM certificate.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? CertificateKeyFile { get; set; }

    /// <summary>A file that holds the password of the private key or of the PKCS #12 file.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? CertificatePasswordFile { get; set; }

    /// <summary>Listen beyond this machine without TLS, by an explicit setting: behind a proxy that has it.</summary>
    public bool AllowPlainHttp { get; set; }
}
