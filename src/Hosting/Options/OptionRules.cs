using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Directories;
using MimeKit;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>
/// The rules that need no look at the installation. What a time zone, a cron expression or a database URL means is
/// judged where it is read, by the discovery of the installation.
/// </summary>
public static partial class OptionRules
{
    /// <summary>What is wrong with an <c>installation.name</c>, as the end of a line that begins with the setting; null
    /// where nothing is.</summary>
    public static string? FaultOfName(string name) =>
        InstallationName().IsMatch(name)
            ? null
            : $"'{name}' does not fit: write 1 to 64 of a-z 0-9 . _ -, starting with a letter or digit";

    /// <summary>
    /// What is wrong with the place of a store beside the state, as the end of a line that begins with the setting; null where
    /// nothing is. The state can be thrown away at any time: sets that lie in it would go with it.
    /// </summary>
    public static string? FaultOfPlace(string url, string state) =>
        StoreProviders.FaultOf(url) is null
        && DirectoryBlobStore.TryParseUrl(url) is { } directory
        && (ContentRoot.Holds(state, directory) || ContentRoot.Holds(directory, state))
            ? $"'{url}' and state '{state}' lie in one another: what is in state may be deleted at any time, and the sets "
                + "with it; name another directory in one of them"
            : null;

    internal static void Check(BackupOptions options, OptionsScope scope, OptionFaults faults)
    {
        if (options.State is null)
        {
            faults.Add("state is not set: name a local directory for the journal and caches, such as /var/lib/abf");
        }

        CheckInstallation(options.Installation, scope, faults);
        CheckRepository(options.Repository, faults);
        CheckRetention(options.Retention, faults);
        CheckMirrors(options, faults);
        CheckApart(options, faults);
        CheckVerify(options.Verify, faults);
        CheckRate("limitRate.read", options.LimitRate.Read, faults);
        CheckRate("limitRate.upload", options.LimitRate.Upload, faults);
        CheckDrill(options.Drill, faults);
        CheckNotify(options.Notify, faults);
        RunOptions backup = options.Backup;
        CheckRange(
            "backup.resumeWithin",
            backup.ResumeWithin,
            TimeSpan.FromMinutes(1),
            RunOptions.MaxResumeWithin,
            faults
        );
        CheckRange("backup.fullScanEvery", backup.FullScanEvery, TimeSpan.Zero, TimeSpan.FromDays(366), faults);
        if (backup.Parallelism is < 1 or > 32)
        {
            faults.Add($"backup.parallelism '{backup.Parallelism}' is out of bounds: write a number from 1 to 32");
        }
    }

    private static void CheckMirrors(BackupOptions options, OptionFaults faults)
    {
        List<string?> places = [StorePlace.Of(options.Repository.Url)];
        foreach ((int number, MirrorTargetOptions mirror) in options.Mirror.Index())
        {
            string setting = $"mirror.{number}";
            CheckRange($"{setting}.every", mirror.Every, TimeSpan.Zero, TimeSpan.FromDays(366), faults);
            if (mirror.Url is null)
            {
                faults.Add($"{setting}.url is not set: write {StoreProviders.UrlForms}");
                continue;
            }

            CheckUrl($"{setting}.url", mirror.Url, faults);
            if (places.Contains(StorePlace.Of(mirror.Url)))
            {
                faults.Add($"{setting}.url is the repository's own place, or stands here twice: name another");
            }

            places.Add(StorePlace.Of(mirror.Url));
        }
    }

    private static void CheckApart(BackupOptions options, OptionFaults faults)
    {
        (string Setting, string? Url)[] places =
        [
            ("repository.url", options.Repository.Url),
            ("repository.controlUrl", options.Repository.ControlUrl),
            .. options.Mirror.Index().Select(mirror => ($"mirror.{mirror.Index}.url", mirror.Item.Url)),
        ];
        foreach ((string setting, string? url) in places)
        {
            if (url is not null && options.State is { } state && FaultOfPlace(url, state) is { } fault)
            {
                faults.Add($"{setting} {fault}");
            }
        }
    }

    private static void CheckVerify(VerifyOptions verify, OptionFaults faults)
    {
        TimeSpan every = verify.Every ?? TimeSpan.FromDays(1);
        CheckRange("verify.every", every, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3660), faults);
        string[] depths = [VerifyDepths.Structure, VerifyDepths.Sample, VerifyDepths.Data, VerifyDepths.Live];
        CheckChoice("verify.depth", verify.Depth, depths, faults);
    }

    private static void CheckRate(string setting, string? rate, OptionFaults faults)
    {
        if (rate is not null && !(SizeText.TryParse(rate, out long bytes) && bytes >= LimitRateOptions.Least))
        {
            faults.Add(
                $"{setting} '{rate}' does not fit: write the bytes of a second as a size such as 20MiB, at least 64KiB"
            );
        }
    }

    private static void CheckDrill(DrillOptions drill, OptionFaults faults)
    {
        TimeSpan every = drill.Every ?? TimeSpan.FromDays(1);
        CheckRange("drill.every", every, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3660), faults);
        if (drill is { Server: not null, Database: not null })
        {
            faults.Add("drill.server and drill.database are both set: leave one of them out");
        }

        if (drill is { Every: not null, Server: null, Database: null })
        {
            faults.Add(
                "drill.every is set, and nothing says where: set drill.server to postgresql://user@host:port, or "
                    + "drill.database to an empty database"
            );
        }

        if (!RetentionOptions.TryParsePart(drill.Share, out _))
        {
            faults.Add($"drill.share '{drill.Share}' does not fit: write a percentage such as 5%");
        }

        CheckDrillUrl(drill.Server, url => ServerUrl.Parse(url, null, null, "drill.server"), faults);
        CheckDrillUrl(
            drill.Database,
            url =>
                DatabaseConnection.FromRestoreUrl(
                    url,
                    password: null,
                    toolPath: null,
                    names: DatabaseSettingNames.RestoreTarget with
                    {
                        Url = "drill.database",
                        Username = "drill.database",
                        Password = "drill.passwordFile",
                    }
                ),
            faults
        );
    }

    private static void CheckNotify(NotifyOptions notify, OptionFaults faults)
    {
        if (notify.Ping is { Url: not null, UrlFile: not null })
        {
            faults.Add("notify.ping.url and notify.ping.urlFile are both set: leave one of them out");
        }

        if (notify.Ping.Url is { } url && !HttpSender.IsUrl(url))
        {
            faults.Add($"notify.ping.url '{url}' does not fit: write http:// or https://, a host and a path");
        }

        if (
            notify.Webhook
            is { UrlFile: null, Url: null }
                and not { SecretFile: null, Secret: null, TemplateFile: null }
        )
        {
            faults.Add("notify.webhook.urlFile is not set: name a file that holds the URL");
        }

        CheckMail(notify.Mail, faults);
        TimeSpan maxAge = notify.MaxAge ?? TimeSpan.FromDays(1);
        CheckRange("notify.maxAge", maxAge, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3660), faults);
    }

    private static void CheckMail(MailOptions mail, OptionFaults faults)
    {
        CheckChoice(
            "notify.mail.tls",
            mail.Tls,
            [MailOptions.StartTls, MailOptions.ImplicitTls, MailOptions.NoTls],
            faults
        );
        if (mail.Port is < 1 or > 65535)
        {
            faults.Add($"notify.mail.port '{mail.Port}' is out of bounds: write a number from 1 to 65535");
        }

        foreach (
            (string setting, string address) in AddressesOf(mail).Where(a => !MailboxAddress.TryParse(a.Address, out _))
        )
        {
            faults.Add($"{setting} '{address}' does not fit: write an address such as abf@example.com");
        }

        if (mail is { User: null } != mail is { PasswordFile: null, Password: null })
        {
            faults.Add("notify.mail.user and notify.mail.passwordFile go together: set both of them, or none");
        }

        if (mail is { User: not null, Tls: MailOptions.NoTls })
        {
            faults.Add("notify.mail.tls 'none' would send the password readable to all: write starttls or tls");
        }

        if (mail is { Server: null } and not { From: null, To: [], User: null })
        {
            faults.Add("notify.mail.server is not set: name the server that takes the mail");
        }
        else if (mail is { Server: not null } and ({ From: null } or { To: [] }))
        {
            faults.Add("notify.mail.from and notify.mail.to are not both set: write the sender and who gets the mail");
        }
    }

    private static IEnumerable<(string Setting, string Address)> AddressesOf(MailOptions mail) =>
        [
            .. mail.From is { } from ? [("notify.mail.from", from)] : Array.Empty<(string, string)>(),
            .. mail.To.Select(to => ("notify.mail.to", to)),
        ];

    private static void CheckDrillUrl(string? url, Func<string, DatabaseConnection> parse, OptionFaults faults)
    {
        try
        {
            if (url is not null)
            {
                parse(url);
            }
        }
        catch (PermanentException e)
        {
            faults.Add(e);
        }
    }

    private static void CheckRetention(RetentionOptions retention, OptionFaults faults)
    {
        (string Name, int? Value)[] counts =
        [
            ("keepLast", retention.KeepLast),
            ("keepDaily", retention.KeepDaily),
            ("keepWeekly", retention.KeepWeekly),
            ("keepMonthly", retention.KeepMonthly),
            ("keepYearly", retention.KeepYearly),
        ];
        foreach ((string name, int? value) in counts.Where(count => count.Value < 0))
        {
            faults.Add($"retention.{name} '{value}' is out of bounds: write 0 or more");
        }

        TimeSpan longest = TimeSpan.FromDays(36_600);
        CheckRange("retention.keepWithin", retention.KeepWithin ?? TimeSpan.Zero, TimeSpan.Zero, longest, faults);
        CheckRange("retention.pruneEvery", retention.PruneEvery, TimeSpan.Zero, TimeSpan.FromDays(366), faults);
        CheckRange(
            "retention.protectFor",
            retention.ProtectFor ?? TimeSpan.FromDays(1),
            TimeSpan.FromDays(1),
            longest,
            faults
        );
        if (retention.ProtectFor is { } protectFor && retention.PruneEvery >= protectFor / 2)
        {
            faults.Add(
                $"retention.pruneEvery '{retention.PruneEvery:c}' is not less than half of retention.protectFor "
                    + $"'{protectFor:c}', so that protection would run out between two prunes: write a shorter "
                    + "retention.pruneEvery, or a longer retention.protectFor"
            );
        }

        if (!RetentionOptions.TryParsePart(retention.MaxUnused, out _))
        {
            faults.Add($"retention.maxUnused '{retention.MaxUnused}' does not fit: write a percentage such as 5%");
        }

        if (retention.PricePerGb is { } price && !RetentionOptions.TryParsePrice(price, out _))
        {
            faults.Add($"retention.pricePerGb '{price}' does not fit: write a number such as 0.02");
        }
    }

    private static void CheckInstallation(InstallationOptions installation, OptionsScope scope, OptionFaults faults)
    {
        if (installation.Name is null)
        {
            if (scope is OptionsScope.Installation)
            {
                faults.Add("installation.name is not set: give the installation a name, such as acme");
            }
        }
        else if (FaultOfName(installation.Name) is { } fault)
        {
            faults.Add($"installation.name {fault}");
        }

        if (scope is OptionsScope.Installation && installation.GlobalProperties is null)
        {
            const string Or = "set it, or installation.globalProperties";
            CheckPresent("installation.root", installation.Root, Or, faults);
            CheckPresent("installation.database.url", installation.Database.Url, Or, faults);
        }

        CheckRange(
            "installation.database.maxWait",
            installation.Database.MaxWait,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromDays(1),
            faults
        );
        CheckChoice("installation.index.kind", installation.Index.Kind, ["lucene", "solr", "none"], faults);
        CheckChoice("installation.index.onWindow", installation.Index.OnWindow, ["wait", "refuse"], faults);
        CheckRange(
            "installation.index.maxWait",
            installation.Index.MaxWait,
            TimeSpan.Zero,
            TimeSpan.FromDays(7),
            faults
        );
        CheckRange(
            "installation.index.maxAge",
            installation.Index.MaxAge,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromDays(366),
            faults
        );
        if (installation.Content.OrphanProtectDays is < 0)
        {
            faults.Add(
                $"installation.content.orphanProtectDays '{installation.Content.OrphanProtectDays}' is out of bounds: write 0 or more"
            );
        }
    }

    private static void CheckRepository(RepositoryOptions repository, OptionFaults faults)
    {
        string[] encryptions = [RepositoryOptions.EncryptionPassphrase, RepositoryOptions.EncryptionNone];
        CheckChoice("repository.encryption", repository.Encryption, encryptions, faults);
        if (repository.Url is null)
        {
            faults.Add($"repository.url is not set: write {StoreProviders.UrlForms}");
        }
        else
        {
            CheckUrl("repository.url", repository.Url, faults);
        }

        if (repository.ControlUrl is not null)
        {
            CheckUrl("repository.controlUrl", repository.ControlUrl, faults);
        }
    }

    private static void CheckUrl(string setting, string url, OptionFaults faults)
    {
        if (StoreProviders.FaultOf(url) is { } fault)
        {
            faults.Add($"{setting} {fault}");
        }
    }

    private static void CheckPresent(string setting, string? value, string fix, OptionFaults faults)
    {
        if (value is null)
        {
            faults.Add($"{setting} is not set: {fix}");
        }
    }

    private static void CheckChoice(string setting, string value, string[] choices, OptionFaults faults)
    {
        if (!choices.Contains(value, StringComparer.Ordinal))
        {
            faults.Add($"{setting} '{value}' does not fit: write {string.Join(" or ", choices)}");
        }
    }

    private static void CheckRange(string setting, TimeSpan value, TimeSpan min, TimeSpan max, OptionFaults faults)
    {
        if (value < min || value > max)
        {
            faults.Add($"{setting} '{value:c}' is out of bounds: write {min:c} to {max:c}");
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InstallationName();
}
