using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>
/// Puts an installation together from options and properties. Goes on after a fault, so that all of them are said at
/// once.
/// </summary>
internal sealed class InstallationDiscovery
{
    private const string IndexSubsystem = "index.subsystem.name";

    private readonly InstallationOptions _options;
    private readonly DiscoveryFaults _faults = new();
    private readonly List<Notice> _notices = [];
    private readonly SettingValues _values;

    public InstallationDiscovery(InstallationOptions options)
    {
        _options = options;
        _values = SettingValues.Read(options, _faults);
    }

    public Installation Discover()
    {
        if (string.IsNullOrWhiteSpace(_options.Name))
        {
            _faults.Add("installation.name is not set: give the installation a name, such as acme");
        }

        var zone = ReadTimeZone();
        var settings = new DirectorySettings(_values, _faults);
        var directories = new DirectoryDiscovery(_options, settings, _values, _faults, _notices);
        var roots = directories.Roots();
        var index =
            _options.Index.Kind == "lucene"
                ? new LuceneDiscovery(_options.Index, settings, _values, _faults).Source(zone)
                : null;
        SolrSource? solr =
            _options.Index.Kind == "solr" ? new SolrDiscovery(_options.Index, _faults, _notices).Source() : null;
        RootNesting.Refuse(roots, index, _faults);
        var configuration = new ConfigurationDiscovery(_options, _values, _faults, _notices).Files(roots);
        var database = ReadDatabase();
        int days = ReadOrphanProtectDays();
        WarnOfEagerCleanup();

        _faults.ThrowIfAny();
        return new Installation(
            Name: _options.Name!,
            Fingerprint: Fingerprint(database!, directories.Identity),
            Roots: roots,
            Index: index,
            Database: database!,
            TimeZone: zone,
            OrphanProtectDays: days,
            CheckSizes: _options.Content.CheckSizes,
            Urls: new ContentUrlMap(
                roots
                    .Where(static r => r.Name.StartsWith(ContentRoot.Stores, StringComparison.Ordinal))
                    .Select(static r => r.Name[ContentRoot.Stores.Length..])
            ),
            Notices: [.. _notices]
        )
        {
            Configuration = configuration,
            Solr = solr,
            IndexSubsystem = _values.IsInFile(IndexSubsystem) ? _values.TryExpand(IndexSubsystem, out _) : null,
            Root = directories.Identity,
        };
    }

    private TimeZoneInfo ReadTimeZone()
    {
        try
        {
            return InstallationZone.Of(_options);
        }
        catch (PermanentException e)
        {
            _faults.Add(e.Message);
            return TimeZoneInfo.Utc;
        }
    }

    private DatabaseConnection? ReadDatabase()
    {
        string? url = _values.Text("installation.database.url", _options.Database.Url, "db.url");
        string? username = _values.Text("installation.database.username", _options.Database.Username, "db.username");
        string? schema = _values.Text("db.schema.name", null, "db.schema.name");
        var password = ReadPassword();
        if (url is null)
        {
            _faults.AddMissing(
                _values,
                "installation.database.url",
                "db.url",
                "such as jdbc:postgresql://localhost:5432/alfresco"
            );
            return null;
        }

        try
        {
            DatabaseConnection database = DatabaseConnection.FromInstallation(
                url,
                username,
                password,
                _options.Database.ToolPath,
                schema,
                _values.Text("db.username", null, "db.username")
            );
            return database with { MaxWait = _options.Database.MaxWait };
        }
        catch (PermanentException e)
        {
            _faults.Add(e.Message);
            return null;
        }
    }

    private Secret? ReadPassword()
    {
        const string Setting = "installation.database.passwordFile";
        if (_options.Database.Password is { } given)
        {
            return given;
        }

        if (_options.Database.PasswordFile is not { } path)
        {
            // Blanks at the end of a password count, so this is the one value that is not trimmed.
            return _values.Raw(Setting, "db.password") is { Length: > 0 } text ? new Secret(text) : null;
        }

        try
        {
            var file = SecretFile.Read(path, Setting);
            if (file.Warning is not null)
            {
                _notices.Add(
                    Notice.OfLine("secret-readable", file.Warning, "whoever can log in here can read the database")
                );
            }

            return file.Value;
        }
        catch (PermanentException e)
        {
            _faults.Add(e.Message);
            return null;
        }
    }

    private int ReadOrphanProtectDays()
    {
        const int AlfrescoDefault = 14;
        if (_options.Content.OrphanProtectDays is { } days)
        {
            return days;
        }

        const string Property = "system.content.orphanProtectDays";
        string? text = _values.Text("installation.content.orphanProtectDays", null, Property);
        if (text is null)
        {
            return AlfrescoDefault;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out days))
        {
            _faults.Add(
                $"{Property} '{text}' is not a number of days: correct it, or set "
                    + "installation.content.orphanProtectDays"
            );
        }

        return days;
    }

    private void WarnOfEagerCleanup()
    {
        const string Property = "system.content.eagerOrphanCleanup";
        if (string.Equals(_values.Text(Property, null, Property), "true", StringComparison.OrdinalIgnoreCase))
        {
            _notices.Add(
                new Notice(
                    "eager-orphan-cleanup",
                    $"{Property}=true destroys the files of deleted content at once",
                    "a hot backup can miss files that its database dump still names",
                    "set it to false"
                )
            );
        }
    }

    private static string Fingerprint(DatabaseConnection database, string root)
    {
        string identity = string.Join(
            '\0',
            "abf installation 1",
            database.Vendor.Family,
            database.Host.ToLowerInvariant(),
            database.Port.ToString(CultureInfo.InvariantCulture),
            database.Database,
            database.Schema ?? database.SearchPath ?? string.Empty,
            root
        );
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
    }
}
