using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>abf config</c>: where settings are from, and every fault of them at once.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private const string DatabasePassword = "of the database";
    private readonly AbfRig _abf = new();

    public ConfigCommandTests()
    {
        string root = Directory.CreateDirectory(_abf.Combine("alf_data")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "contentstore"));
        File.WriteAllText(
            _abf.Combine("alfresco-global.properties"),
            $"dir.root={root.Replace('\\', '/')}\ndb.url=jdbc:postgresql://db.example.net/alfresco\ndb.username=alfresco\ndb.password={DatabasePassword}\n"
        );
        _abf.Section("installation")["globalProperties"] = _abf.Combine("alfresco-global.properties");
    }

    public void Dispose() => _abf.Dispose();

    [Fact]
    public async Task Each_setting_is_shown_with_its_source_and_no_secret()
    {
        _abf.Section("repository")["url"] = "https://acme.blob.core.windows.net/backups?sv=1&sig=hidden-signature";
        _abf.Config["mirror"] = new JsonArray(new JsonObject { ["url"] = "file:///mnt/second", ["every"] = "36h" });
        _abf.Environment["ABF__BACKUP__PARALLELISM"] = "4";
        _abf.Environment["ABF__REPOSITORY__PASSPHRASE"] = "the passphrase itself";

        AbfResult shown = await _abf.RunAsync("config", "show", "--json");

        Assert.True(shown.ExitCode == 0, shown.Error);
        Dictionary<string, (string Value, string Source, string? From)> settings = shown
            .Json.EnumerateArray()
            .ToDictionary(
                setting => setting.GetProperty("setting").GetString()!,
                setting =>
                    (
                        setting.GetProperty("value").GetString()!,
                        setting.GetProperty("source").GetString()!,
                        setting.GetProperty("from").GetString()
                    ),
                StringComparer.Ordinal
            );
        Assert.Equal(("acme", "file", _abf.ConfigFile), settings["installation.name"]);
        Assert.Equal(("4", "environment", "ABF__BACKUP__PARALLELISM"), settings["backup.parallelism"]);
        Assert.Equal(("[secret]", "environment", "ABF__REPOSITORY__PASSPHRASE"), settings["repository.passphrase"]);
        Assert.Equal(
            ("https://acme.blob.core.windows.net/backups?[secret]", "file", _abf.ConfigFile),
            settings["repository.url"]
        );
        Assert.Equal(("1d12h", "file", _abf.ConfigFile), settings["mirror.0.every"]);
        Assert.Equal(("7d", "default", null), settings["backup.fullScanEvery"]);
        Assert.Equal(
            ("postgresql://db.example.net:5432/alfresco", "discovered", "db.url"),
            settings["installation.database.url"]
        );
        Assert.Equal(("[secret]", "discovered", "db.password"), settings["installation.database.password"]);
        Assert.Equal((_abf.Combine("alf_data"), "discovered", "dir.root"), settings["installation.root"]);
        Assert.False(settings.ContainsKey("serve.keyFile"));

        AbfResult text = await _abf.RunAsync("config", "show");
        Assert.Equal(0, text.ExitCode);
        Assert.Contains("environment: ABF__BACKUP__PARALLELISM", text.Out, StringComparison.Ordinal);
        foreach (
            string secret in (string[])
                ["hidden-signature", "the passphrase itself", DatabasePassword, AbfRig.Passphrase]
        )
        {
            Assert.DoesNotContain(secret, shown.Out + shown.Error + text.Out + text.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_sound_configuration_is_exit_code_0_and_a_machine_that_only_restores_has_one_too()
    {
        AbfResult sound = await _abf.RunAsync("config", "check", "--json");
        Assert.True(sound.ExitCode == 0, sound.Out + sound.Error);
        Assert.Empty(sound.Json.GetProperty("findings").EnumerateArray());

        _abf.Config.Remove("installation");
        _abf.Config.Remove("state");
        Assert.Equal(0, (await _abf.RunAsync("config", "check")).ExitCode);
        Assert.Equal(0, (await _abf.RunAsync("config", "show")).ExitCode);
    }

    [Fact]
    public async Task Every_fault_of_every_command_is_told_at_once_with_setting_value_and_fix()
    {
        _abf.Section("installation")["database"] = new JsonObject { ["toolPath"] = _abf.Combine("nowhere") };
        _abf.Section("repository")["passphraseFile"] = _abf.Combine("gone");
        _abf.Config["schedule"] = "every night";
        _abf.Config["serve"] = new JsonObject
        {
            ["urls"] = "http://0.0.0.0:80",
            ["keyFile"] = _abf.WriteSecret("short", "x"),
            ["certificateFile"] = _abf.Combine("no.pem"),
        };
        _abf.Config["restore"] = new JsonObject
        {
            ["databaseUrl"] = "oracle://x",
            ["databasePasswordFile"] = _abf.Combine("none"),
        };
        _abf.Config["drill"] = new JsonObject { ["passwordFile"] = _abf.Combine("no-password") };
        _abf.Section("installation")["index"] = new JsonObject
        {
            ["solr"] = new JsonObject
            {
                ["secretFile"] = _abf.Combine("no-secret"),
                ["certificatePasswordFile"] = _abf.Combine("no-certificate-password"),
            },
        };
        _abf.Config["backup"] = new JsonObject { ["acknowledgedMissingFile"] = _abf.Combine("no-list") };
        _abf.Config["mirror"] = new JsonArray(
            new JsonObject
            {
                ["url"] = "https://acme.blob.core.windows.net/second",
                ["connectionStringFile"] = _abf.Combine("no-string"),
            }
        );
        _abf.Config["retention"] = new JsonObject { ["keepDaily"] = -1, ["keepDayly"] = 3 };
        _abf.Environment["ABF__BACKUP__PARALLELISM"] = "many";

        AbfResult result = await _abf.RunAsync("config", "check", "--json");

        Assert.True(result.ExitCode == 2, result.Out + result.Error);
        JsonElement[] findings = [.. result.Json.GetProperty("findings").EnumerateArray()];
        Assert.Equal(findings.Length, result.Json.GetProperty("errors").GetInt32());
        Dictionary<string, string?> values = findings.ToDictionary(
            finding => finding.GetProperty("setting").GetString()!,
            finding => finding.GetProperty("value").GetString(),
            StringComparer.Ordinal
        );
        Assert.Equal(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["ABF__BACKUP__PARALLELISM"] = "many",
                ["backup.acknowledgedMissingFile"] = _abf.Combine("no-list"),
                ["drill.passwordFile"] = _abf.Combine("no-password"),
                ["installation.index.solr.certificatePasswordFile"] = _abf.Combine("no-certificate-password"),
                ["installation.index.solr.secretFile"] = _abf.Combine("no-secret"),
                ["installation.database.toolPath"] = _abf.Combine("nowhere"),
                ["mirror.0.connectionStringFile"] = _abf.Combine("no-string"),
                ["repository.passphraseFile"] = _abf.Combine("gone"),
                ["restore.databasePasswordFile"] = _abf.Combine("none"),
                ["restore.databaseUrl"] = null,
                ["retention.keepDaily"] = "-1",
                ["retention.keepDayly"] = null,
                ["schedule"] = "every night",
                ["serve.certificateFile"] = _abf.Combine("no.pem"),
                ["serve.keyFile"] = _abf.Combine("short"),
                ["serve.urls"] = "http://0.0.0.0:80",
            }.OrderBy(value => value.Key, StringComparer.Ordinal),
            values.OrderBy(value => value.Key, StringComparer.Ordinal)
        );
        Assert.All(findings, finding => Assert.NotEqual("", finding.GetProperty("fix").GetString()));
    }

    [Fact]
    [Trait("needs", "linux")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_secret_that_others_can_read_is_a_warning_and_exit_code_3()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no permission bits.");
        string file = _abf.WriteSecret("url", "https://example.com/hook\n");
        foreach (string open in (string[])[_abf.PassphraseFile, file])
        {
            File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        }

        _abf.Config["notify"] = new JsonObject { ["webhook"] = new JsonObject { ["urlFile"] = file } };
        _abf.Config["serve"] = new JsonObject { ["metricsKeyFile"] = file };

        AbfResult result = await _abf.RunAsync("config", "check", "--quiet");

        Assert.Equal(3, result.ExitCode);
        Assert.Empty(result.Out);
        Assert.Equal(
            ["repository.passphraseFile", "serve.metricsKeyFile", "notify.webhook.urlFile"],
            result.Errors.Select(line => line.Split(' ')[0])
        );
    }

    /// <summary>The packages bring it; each line that is commented out is tried as well.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_example_of_the_packages_has_no_setting_that_is_wrong(bool withComments)
    {
        string text = await File.ReadAllTextAsync(Example(), TestContext.Current.CancellationToken);
        string example = _abf.Combine("example.json");
        await File.WriteAllTextAsync(
            example,
            withComments ? Regex.Replace(text, "// (?=\")", "", RegexOptions.None, TimeSpan.FromSeconds(1)) : text,
            TestContext.Current.CancellationToken
        );

        AbfResult result = await _abf.RunPlainAsync("config", "check", "--json", "--config", example);

        Assert.DoesNotContain("not valid JSON", result.Error, StringComparison.Ordinal);
        Assert.All(
            result.Json.GetProperty("findings").EnumerateArray(),
            finding =>
                Assert.Matches(
                    "globalProperties$|[a-z]Files?$|installation.root|^db.url|^installation.database.url",
                    finding.GetProperty("setting").GetString()
                )
        );
    }

    private static string Example([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(path, "..", "..", "..", "..", "packaging", "abf.example.json"));
}
