using System.Reflection;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Api.Tests;

public sealed class TextScrubberTests
{
    private readonly BackupOptions _options = new() { Mirror = [new()] };

    [Fact]
    public void Every_path_setting_is_hidden_with_the_blanks_in_it()
    {
        OptionProperty[] settings =
        [
            .. OptionProperty.All(typeof(BackupOptions)).Where(s => s.Property.IsDefined(typeof(PathSettingAttribute))),
        ];
        string[] paths = [.. settings.Select((setting, number) => Fill(setting, $"/srv/kept apart {number}"))];
        var scrubber = new TextScrubber(new LoadedOptions(_options, null, null, []));

        Assert.Contains(settings, s => s.Path == "serve.certificateKeyFile");
        Assert.All(
            paths,
            path =>
                Assert.Equal(
                    "cannot open [path]: access is denied",
                    scrubber.Clean($"cannot open {path}: access is denied")
                )
        );
        Assert.All(paths, path => Assert.Equal("it lies in [path].", scrubber.Clean($"it lies in {path}/be/low.")));
        _options.Mirror[0].Url = "file:///mnt/second copy";
        Assert.Equal(
            "the target [path] was cut",
            new TextScrubber(new LoadedOptions(_options, null, null, [])).Clean("the target /mnt/second copy was cut")
        );
    }

    [Fact]
    public void Every_configured_secret_is_hidden()
    {
        using var directory = new TempDirectory();
        Secret Of(string path) => new($"Geheim-{path}");
        OptionProperty[] settings =
        [
            .. OptionProperty.All(typeof(BackupOptions)).Where(s => s.Property.PropertyType == typeof(Secret)),
        ];
        foreach (OptionProperty setting in settings)
        {
            setting.Property.SetValue(SectionOf(setting), Of(setting.Path));
        }

        OptionProperty[] files =
        [
            .. OptionProperty
                .All(typeof(BackupOptions))
                .Where(s => s.Property.IsDefined(typeof(SecretFileSettingAttribute))),
        ];
        foreach (OptionProperty setting in files)
        {
            File.WriteAllText(directory.Combine(setting.Path), Of(setting.Path).Reveal() + "\n");
            setting.Property.SetValue(SectionOf(setting), directory.Combine(setting.Path));
        }

        RepositoryOptions repository = _options.Repository;
        var scrubber = new TextScrubber(
            new LoadedOptions(_options, repository.Passphrase, repository.ConnectionString, [])
        );

        string[] paths = [.. settings.Concat(files).Select(s => s.Path)];
        Assert.Subset(
            paths.ToHashSet(),
            new HashSet<string>
            {
                "drill.password",
                "drill.passwordFile",
                "installation.database.passwordFile",
                "installation.index.solr.secretFile",
                "mirror.connectionStringFile",
                "notify.webhook.secretFile",
                "restore.databasePasswordFile",
                "serve.keyFile",
                "serve.certificatePasswordFile",
            }
        );
        Assert.All(paths, path => Assert.DoesNotContain("Geheim", scrubber.Clean($"refused: {Of(path).Reveal()}.")));
    }

    [Fact]
    public void The_password_in_Alfrescos_own_properties_is_hidden()
    {
        using var directory = new TempDirectory();
        _options.Installation.GlobalProperties = directory.Combine("alfresco-global.properties");
        File.WriteAllText(
            _options.Installation.GlobalProperties,
            """
            db.password=Geheim 7
            db.url=nothing that is one
            """
        );
        var scrubber = new TextScrubber(new LoadedOptions(_options, null, null, []));

        Assert.Equal("refused: [secret]", scrubber.Clean("refused: Geheim 7"));
    }

    [Fact]
    public void Of_a_key_in_several_lines_each_is_hidden()
    {
        using var directory = new TempDirectory();
        _options.Serve.CertificateKeyFile = directory.Combine("key.pem");
        File.WriteAllText(
            _options.Serve.CertificateKeyFile,
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIGeheim\nZzzZGeheimGeheim\n-----END PRIVATE KEY-----\n"
        );
        var scrubber = new TextScrubber(new LoadedOptions(_options, null, null, []));

        Assert.DoesNotContain(
            "Geheim",
            scrubber.Clean("not a key: MC4CAQAwBQYDK2VwBCIEIGeheim"),
            StringComparison.Ordinal
        );
    }

    /// <summary>A setting with such a name holds the place of a secret, or somebody says here why it does not.</summary>
    [Fact]
    public void Every_setting_that_names_a_file_with_a_secret_is_marked()
    {
        string[] ends = ["PasswordFile", "PassphraseFile", "SecretFile", "KeyFile", "ConnectionStringFile", "UrlFile"];

        Assert.All(
            OptionProperty
                .All(typeof(BackupOptions))
                .Where(s => ends.Any(end => s.Property.Name.EndsWith(end, StringComparison.Ordinal))),
            s => Assert.True(s.Property.IsDefined(typeof(SecretFileSettingAttribute)), s.Path)
        );
    }

    [Theory]
    [InlineData("file:///srv/my%20backups", "/srv/my backups")]
    [InlineData("file:///srv/my%20backups/", "/srv/my backups")]
    [InlineData("file:///srv/my backups #1?", "/srv/my backups #1?")]
    public void The_directory_of_a_store_is_hidden_however_its_URL_is_written(string url, string directory)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "these paths are not Windows'");
        _options.Repository.Url = "https://acme.blob.core.windows.net/backups";
        _options.Repository.ControlUrl = url;
        var scrubber = new TextScrubber(new LoadedOptions(_options, null, null, []));

        Assert.Equal(
            "the directory [path] does not exist",
            scrubber.Clean($"the directory {directory} does not exist")
        );
    }

    [Theory]
    [InlineData(
        "--target '/srv/restored/november' is not empty (it has 'a/b'); move it aside",
        "target '[path]' is not empty (it has '[path]'); move it aside"
    )]
    [InlineData(
        "--database: set x has no database dump; restore with --no-database.",
        "restore.databaseUrl: set x has no database dump; restore with database: false."
    )]
    [InlineData("--database-password-file is refused", "restore.databasePasswordFile is refused")]
    [InlineData(
        "If this is right, run it with --accept-content-loss.",
        "If this is right, run it with acceptContentLoss: true."
    )]
    [InlineData("a file named --target2 or x--target is none", "a file named --target2 or x--target is none")]
    public void Options_of_a_command_become_what_the_API_takes(string line, string shown) =>
        Assert.Equal(shown, new TextScrubber(new LoadedOptions(_options, null, null, [])).Clean(line));

    private object SectionOf(OptionProperty setting) =>
        setting
            .Path.Split('.')[..^1]
            .Aggregate(
                (object)_options,
                (owner, key) =>
                    OptionProperty.Of(owner.GetType(), "").Single(p => p.Key == key).Property.GetValue(owner) switch
                    {
                        object[] list => list[0],
                        var inner => inner!,
                    }
            );

    private string Fill(OptionProperty setting, string path)
    {
        object section = SectionOf(setting);
        if (setting.Property.GetValue(section) is IDictionary<string, string> map)
        {
            map["one"] = path;
        }
        else
        {
            object value = setting.Shape is OptionShape.List ? new[] { path } : path;
            setting.Property.SetValue(section, value);
        }

        return path;
    }
}
