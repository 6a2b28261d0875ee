using System.Collections.Immutable;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Serve;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Configuration;

/// <summary>Everything that is wrong with a configuration, of every command at once; reads files, asks no server.</summary>
internal static partial class ConfigCheck
{
    private const int MaxListBytes = 64 << 20;

    /// <exception cref="PermanentException">Configuration: the file itself cannot be read.</exception>
    public static ImmutableArray<ConfigFaultDocument> Run(string? path, OptionsScope scope, TimeProvider time)
    {
        (LoadedOptions loaded, PermanentException? faults) = OptionsReader.Examine(path, scope);
        var findings = new List<ConfigFaultDocument>();
        List<string> warnings = [.. loaded.Warnings];
        if (faults is not null)
        {
            Add(faults);
        }

        BackupOptions options = loaded.Options;
        Try(() => CheckSchedule(options, time));
        Try(() => CheckSummary(options, time));
        Try(() => CheckAddresses(options.Serve));
        Try(() => AddWarning(CheckKey(options.Serve)));
        Try(() => AddWarning(CheckMetricsKey(options.Serve)));
        Try(() => CheckCertificate(options.Serve));
        Try(() => LookAt("restore.databasePasswordFile", options.Restore.DatabasePasswordFile));
        Try(() => LookAt("drill.passwordFile", options.Drill.PasswordFile));
        SolrOptions solr = options.Installation.Index.Solr;
        Try(() => LookAt("installation.index.solr.secretFile", solr.SecretFile));
        Try(() => LookAt("installation.index.solr.certificatePasswordFile", solr.CertificatePasswordFile));
        Try(() => CheckRestoreDatabase(options.Restore));
        Try(() => CheckAcknowledged(options.Backup));
        Try(() => CheckTools(options));
        Try(() => LookAt("notify.ping.urlFile", options.Notify.Ping.UrlFile));
        Try(() => LookAt("notify.webhook.urlFile", options.Notify.Webhook.UrlFile));
        Try(() => LookAt("notify.webhook.secretFile", options.Notify.Webhook.SecretFile));
        Try(() => LookAt("notify.mail.passwordFile", options.Notify.Mail.PasswordFile));
        Try(() => NotificationTemplate.Check(options.Notify.Webhook.TemplateFile));
        foreach ((int number, MirrorTargetOptions mirror) in options.Mirror.Index())
        {
            Try(() => LookAt($"mirror.{number}.connectionStringFile", mirror.ConnectionStringFile));
        }

        findings.AddRange(
            warnings
                .Distinct(StringComparer.Ordinal)
                .Select(line => Document("warning", Notice.OfLine(string.Empty, line, string.Empty)))
        );
        return [.. findings];

        // What a command reads when it needs it: a secret that others can read is said here.
        void LookAt(string setting, string? file) =>
            AddWarning(file is null ? null : SecretFile.Read(file, setting).Warning);

        void AddWarning(string? warning)
        {
            if (warning is not null)
            {
                warnings.Add(warning);
            }
        }

        void Try(Action check)
        {
            try
            {
                check();
            }
            catch (PermanentException e)
            {
                Add(e);
            }
        }

        void Add(AbfException fault)
        {
            foreach (Notice notice in Notice.Of(fault, string.Empty, string.Empty))
            {
                ConfigFaultDocument document = Document("error", notice);
                if (!findings.Contains(document))
                {
                    findings.Add(document);
                }
            }
        }
    }

    private static void CheckSchedule(BackupOptions options, TimeProvider time)
    {
        if (options.Schedule is { } cron)
        {
            CronSchedule.Parse("schedule", cron, TimeZoneInfo.Utc, time);
        }
    }

    private static void CheckSummary(BackupOptions options, TimeProvider time)
    {
        if (options.Notify.Summary is { } cron)
        {
            CronSchedule.Parse("notify.summary", cron, TimeZoneInfo.Utc, time);
        }
    }

    private static void CheckAddresses(ServeOptions serve)
    {
        if (serve.Urls != new ServeOptions().Urls)
        {
            ServeAddress.ParseAll(serve.Urls, serve);
        }
    }

    private static string? CheckKey(ServeOptions serve) => serve.KeyFile is null ? null : ApiKey.Read(serve).Warning;

    private static string? CheckMetricsKey(ServeOptions serve) =>
        serve.MetricsKeyFile is null ? null : ApiKey.ReadMetrics(serve).Warning;

    private static void CheckCertificate(ServeOptions serve)
    {
        if (serve.CertificateFile is not null)
        {
            ServeCertificate.Read(serve).Dispose();
        }
    }

    private static void CheckRestoreDatabase(RestoreOptions restore)
    {
        try
        {
            if (restore.DatabaseUrl is { } url)
            {
                DatabaseConnection.FromRestoreUrl(url, password: null, toolPath: null);
            }
        }
        catch (PermanentException e)
        {
            // On the command line it is an option.
            throw new PermanentException(
                ErrorKind.Configuration,
                e.Message.Replace("--database", "restore.databaseUrl", StringComparison.Ordinal),
                e
            );
        }
    }

    private static void CheckAcknowledged(RunOptions backup)
    {
        const string Setting = "backup.acknowledgedMissingFile";
        if (backup.AcknowledgedMissingFile is not { } path)
        {
            return;
        }

        try
        {
            GivenPath.ReadAll(path, MaxListBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"{Setting} '{path}' cannot be read ({e.Message}): name a list of content URLs, or remove the setting",
                e
            );
        }
    }

    private static void CheckTools(BackupOptions options)
    {
        if (options.Installation.Database.ToolPath is { } path && !GivenPath.IsDirectory(path))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"installation.database.toolPath '{path}' is not a directory: name the one of pg_dump, mariadb-dump or mysqldump"
            );
        }
    }

    private static ConfigFaultDocument Document(string severity, Notice notice)
    {
        Match match = Named().Match(notice.What);
        return new ConfigFaultDocument(
            severity,
            match.Groups["setting"].Value,
            match.Groups["value"] is { Success: true } value ? value.Value : null,
            notice.What,
            notice.Fix
        );
    }

    /// <summary>How every fault of a configuration begins.</summary>
    [GeneratedRegex(
        @"^(the variable )?(?<setting>[^\s:']+):?( '(?<value>[^']*)')?",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Named();
}
