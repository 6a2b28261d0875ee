using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Options;

public sealed class OptionsReaderTests : IDisposable
{
    private const string Valid = """
        { "$schema": "abf.schema.json",
          "installation": { "name": "acme", "globalProperties": "/opt/alfresco/alfresco-global.properties" },
          "repository": { "url": "file:///srv/backup", "encryption": "none" },
          "state": "state" }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("abf-options-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_shortest_useful_file_is_enough()
    {
        LoadedOptions loaded = Read(Valid);

        Assert.Equal("acme", loaded.Options.Installation.Name);
        Assert.Equal("lucene", loaded.Options.Installation.Index.Kind);
        Assert.Null(loaded.Passphrase);
        Assert.Empty(loaded.Warnings);
    }

    [Fact]
    public void Relative_paths_are_relative_to_the_file() =>
        Assert.Equal(Path.Combine(_directory, "state"), Read(Valid).Options.State);

    [Theory]
    [InlineData("repository:url", "state/repository", "repository.url")]
    [InlineData("repository:url", "state", "repository.url")]
    [InlineData("repository:url", "", "repository.url")]
    [InlineData("repository:controlUrl", "state/control/", "repository.controlUrl")]
    [InlineData("mirror:0:url", "state/mirror", "mirror.0.url")]
    [InlineData("repository:url", "state-of-another", null)]
    [InlineData("mirror:0:url", "mirror", null)]
    public void Nothing_that_holds_sets_and_the_state_lie_in_one_another(string key, string place, string? setting)
    {
        string url = new Uri(Path.Combine(_directory, place)).AbsoluteUri;

        LoadedOptions Load() => Read(Valid, (key, url));

        if (setting is null)
        {
            Load();
        }
        else
        {
            string says = $"{setting} '{url}' and state '{Path.Combine(_directory, "state")}' lie in one another";
            Assert.StartsWith(says, Assert.Throws<PermanentException>(Load).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("7d", "14d", true)]
    [InlineData("7d", "15d", false)]
    [InlineData("0s", "1d", false)]
    public void A_prune_that_comes_too_seldom_to_protect_is_a_fault(string every, string protectFor, bool isFault)
    {
        string text = Valid.Replace(
            "\"state\": \"state\"",
            $$"""
            "state": "state", "retention": { "pruneEvery": "{{every}}", "protectFor": "{{protectFor}}" }
            """,
            StringComparison.Ordinal
        );
        if (!isFault)
        {
            Assert.NotNull(Read(text).Options.Retention.ProtectFor);
            return;
        }

        PermanentException e = Assert.Throws<PermanentException>(() => Read(text));
        Assert.StartsWith("retention.pruneEvery '7.00:00:00'", e.Message, StringComparison.Ordinal);
        Assert.Contains("retention.protectFor '14.00:00:00'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_reported_at_once_a_line_each()
    {
        PermanentException e = Assert.Throws<PermanentException>(() =>
            Read(
                """
                { "installation": { "name": "Acme!", "index": { "kind": "sphinx", "maxWait": "soon", "wait": 1 }, "database": { "password": "x", "dbPassword": "y" } },
                  "repository": { "url": "ftp://host/x", "encription": "none" }, "backup": { "parallelism": 99 } }
                """
            )
        );

        Assert.Equal(ErrorKind.Configuration, e.Kind);
        string[] lines = e.Message.Split('\n');
        foreach (
            string setting in (string[])
                [
                    "installation.name 'Acme!'",
                    "installation.index.kind 'sphinx'",
                    "installation.index.maxWait 'soon'",
                    "installation.index.wait: no such setting",
                    "installation.database.password stands in the file",
                    "installation.database.dbPassword: no such setting (a password stands in a file of its own",
                    "installation.root is not set",
                    "installation.database.url is not set",
                    "repository.url 'ftp://host/x'",
                    "repository.encription: no such setting (did you mean encryption?)",
                    "repository.passphraseFile is not set",
                    "backup.parallelism '99'",
                    "state is not set",
                ]
        )
        {
            Assert.Single(lines, l => l.StartsWith(setting, StringComparison.Ordinal));
        }

        Assert.Equal(13, lines.Length);
    }

    [Fact]
    public void A_variable_overrides_the_file() =>
        Assert.Equal("file:///elsewhere", Read(Valid, ("REPOSITORY:URL", "file:///elsewhere")).Options.Repository.Url);

    [Fact]
    public void An_empty_variable_counts_as_not_set() =>
        Assert.Equal("file:///srv/backup", Read(Valid, ("REPOSITORY:URL", "")).Options.Repository.Url);

    [Fact]
    public void An_unknown_variable_is_refused_by_its_name()
    {
        PermanentException e = Assert.Throws<PermanentException>(() => Read(Valid, ("REPOSTORY:URL", "x")));

        Assert.Equal(
            "the variable ABF__REPOSTORY: no such setting (did you mean repository?); remove it or correct its name",
            e.Message
        );
    }

    [Theory]
    [InlineData("\"encryption\"", "\"passphrase\": \"hunter2\", \"encryption\"", "repository.passphrase")]
    [InlineData("\"encryption\"", "\"connectionString\": \"hunter2\", \"encryption\"", "repository.connectionString")]
    [InlineData("\"name\"", "\"database\": { \"password\": \"hunter2\" }, \"name\"", "installation.database.password")]
    public void A_secret_in_the_file_is_refused_and_not_repeated(string before, string with, string setting)
    {
        PermanentException e = Assert.Throws<PermanentException>(() => Read(Valid.Replace(before, with)));

        Assert.StartsWith(
            $"{setting} stands in the file: a secret belongs in a file of its own, named by {setting}File",
            e.Message
        );
        Assert.DoesNotContain("hunter2", e.Message);
    }

    [Fact]
    public void Secrets_may_come_from_the_environment()
    {
        LoadedOptions loaded = Read(
            Valid.Replace("\"none\"", "\"passphrase\""),
            ("repository:passphrase", "open sesame"),
            ("repository:connectionString", "AccountKey=k")
        );

        Assert.Equal("open sesame", loaded.Passphrase?.Reveal());
        Assert.Equal("AccountKey=k", loaded.ConnectionString?.Reveal());
    }

    [Theory]
    [InlineData("repository:passphrase", "ABF__REPOSITORY__PASSPHRASE")]
    [InlineData("repository:connectionString", "ABF__REPOSITORY__CONNECTIONSTRING")]
    [InlineData("installation:database:password", "ABF__INSTALLATION__DATABASE__PASSWORD")]
    public void A_key_vault_reference_that_the_platform_did_not_resolve_is_no_secret(string key, string variable)
    {
        PermanentException e = Assert.Throws<PermanentException>(() =>
            Read(Valid, (key, "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)"))
        );

        Assert.StartsWith($"the variable {variable} is a Key Vault reference that was not resolved: ", e.Message);
    }

    [Fact]
    public void A_secret_file_is_read_and_a_missing_one_is_a_fault()
    {
        File.WriteAllText(Path.Combine(_directory, "pass"), " two words \n");
        string with = Valid.Replace("\"encryption\": \"none\"", "\"passphraseFile\": \"pass\"");

        Assert.Equal(" two words ", Read(with).Passphrase?.Reveal());
        PermanentException e = Assert.Throws<PermanentException>(() => Read(with.Replace("\"pass\"", "\"gone\"")));
        Assert.StartsWith($"repository.passphraseFile '{Path.Combine(_directory, "gone")}' does not exist", e.Message);
    }

    [Fact]
    public void A_signature_in_a_url_is_never_shown()
    {
        PermanentException e = Assert.Throws<PermanentException>(() =>
            Read(Valid.Replace("file:///srv/backup", "ftp://user:pw@host/x?sig=abc"))
        );

        Assert.DoesNotContain("abc", e.Message);
        Assert.DoesNotContain("pw", e.Message);
    }

    [Fact]
    public void A_repository_alone_needs_no_place_of_the_installation()
    {
        const string json = """{ "repository": { "url": "file:///srv/backup", "encryption": "none" } }""";

        Assert.NotNull(Read(json, OptionsScope.Repository).Options.State);
        Assert.Throws<PermanentException>(() => Read(json));
    }

    [Fact]
    public void A_list_of_sections_is_read_and_a_variable_changes_one_value_of_it()
    {
        const string json = """
            { "repository": { "url": "file:///srv/backup", "passphraseFile": "gone" },
              "mirror": [ { "url": "file:///mnt/a", "every": "7d" }, { "url": "file:///mnt/b", "connectionStringFile": "b" } ] }
            """;

        BackupOptions options = Read(json, OptionsScope.Blobs, ("mirror:1:url", "file:///mnt/c")).Options;

        Assert.Equal(["file:///mnt/a", "file:///mnt/c"], options.Mirror.Select(mirror => mirror.Url));
        Assert.Equal([TimeSpan.FromDays(7), TimeSpan.Zero], options.Mirror.Select(mirror => mirror.Every));
        Assert.Equal(Path.Combine(_directory, "b"), options.Mirror[1].ConnectionStringFile);
    }

    [Theory]
    [InlineData("""{ "url": "file:///mnt/a" }""", "mirror.url: mirror is a list of sections: write [ { ... } ]")]
    [InlineData("\"file:///mnt/a\"", "mirror 'file:///mnt/a' is a list of sections")]
    [InlineData("""[ "file:///mnt/a" ]""", "mirror.0 'file:///mnt/a' is a section of settings")]
    [InlineData("""[ { "every": "1d" } ]""", "mirror.0.url is not set: write https://")]
    [InlineData("""[ { "url": "ftp://a/b" } ]""", "mirror.0.url 'ftp://a/b' does not fit")]
    [InlineData("""[ { "url": "file:///srv/backup/" } ]""", "mirror.0.url is the repository's own place")]
    [InlineData(
        """[ { "url": "file:///mnt/a" }, { "url": "file:///mnt/a" } ]""",
        "mirror.1.url is the repository's own place, or stands here twice"
    )]
    [InlineData(
        """[ { "url": "file:///mnt/a", "evry": "1d" } ]""",
        "mirror.0.evry: no such setting (did you mean every?)"
    )]
    [InlineData("""[ { "url": "file:///mnt/a", "every": "often" } ]""", "mirror.0.every 'often' does not fit")]
    public void A_list_of_sections_that_does_not_fit_is_named(string mirror, string expected)
    {
        PermanentException e = Assert.Throws<PermanentException>(() =>
            Read(
                $$"""{ "repository": { "url": "file:///srv/backup", "encryption": "none" }, "mirror": {{mirror}} }""",
                OptionsScope.Blobs
            )
        );

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directories_that_differ_behind_a_hash_or_a_question_mark_are_different_mirrors()
    {
        const string json = """
            { "repository": { "url": "file:///mnt/a", "encryption": "none" },
              "mirror": [ { "url": "file:///mnt/a#1" }, { "url": "file:///mnt/a#2" }, { "url": "file:///mnt/a?2" } ] }
            """;

        Assert.Equal(
            ["file:///mnt/a#1", "file:///mnt/a#2", "file:///mnt/a?2"],
            Read(json, OptionsScope.Blobs).Options.Mirror.Select(mirror => mirror.Url)
        );
    }

    [Fact]
    public void A_list_in_the_environment_replaces_the_one_of_the_file()
    {
        string json = Valid.Replace("\"name\"", "\"index\": { \"refreshCommand\": [ \"a\", \"b\" ] }, \"name\"");

        Assert.Equal(["a", "b"], Read(json).Options.Installation.Index.RefreshCommand);
        Assert.Equal(
            ["c"],
            Read(json, ("INSTALLATION:INDEX:REFRESHCOMMAND:0", "c")).Options.Installation.Index.RefreshCommand
        );
    }

    [Theory]
    [InlineData("\"installation\": 5", "installation is a section")]
    [InlineData("\"state\": [ \"x\" ]", "state is a single value")]
    [InlineData(
        "\"installation\": { \"index\": { \"refreshCommand\": \"reindex\" } }",
        "installation.index.refreshCommand 'reindex' is a list"
    )]
    [InlineData("\"installation\": { \"content\": { \"stores\": \"x\" } }", "installation.content.stores is a section")]
    public void A_value_of_the_wrong_shape_is_a_fault(string member, string expected) =>
        Assert.Contains(
            Assert.Throws<PermanentException>(() => Read("{" + member + "}")).Message.Split('\n'),
            l => l.StartsWith(expected, StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("""{ "ping": { "url": "ping.example.com" } }""", "notify.ping.url 'ping.example.com' does not fit")]
    [InlineData(
        """{ "ping": { "url": "https://a/b", "urlFile": "x" } }""",
        "notify.ping.url and notify.ping.urlFile are both set"
    )]
    [InlineData("""{ "webhook": { "secretFile": "x" } }""", "notify.webhook.urlFile is not set")]
    [InlineData("""{ "mail": { "to": ["a@b"] } }""", "notify.mail.server is not set")]
    [InlineData("""{ "mail": { "server": "a", "to": ["a@b"] } }""", "notify.mail.from and notify.mail.to are not both")]
    [InlineData(
        """{ "mail": { "server": "a", "from": "a b", "to": ["a@b"] } }""",
        "notify.mail.from 'a b' does not fit"
    )]
    [InlineData(
        """{ "mail": { "server": "a", "from": "a@b", "to": ["a@b"], "tls": "none", "user": "u", "passwordFile": "x" } }""",
        "notify.mail.tls 'none' would send the password"
    )]
    [InlineData(
        """{ "mail": { "server": "a", "from": "a@b", "to": ["a@b"], "user": "u" } }""",
        "notify.mail.user and notify.mail.passwordFile go together"
    )]
    [InlineData(
        """{ "mail": { "tls": "ssl" } }""",
        "notify.mail.tls 'ssl' does not fit: write starttls or tls or none"
    )]
    [InlineData("""{ "mail": { "port": 70000 } }""", "notify.mail.port '70000' is out of bounds")]
    [InlineData("""{ "maxAge": "1s" }""", "notify.maxAge '1s' is out of bounds: write 1m to 3660d")]
    public void Those_who_are_told_are_named_in_full_or_not_at_all(string notify, string expected) =>
        Assert.Contains(
            expected,
            Assert
                .Throws<PermanentException>(() =>
                    Read(
                        Valid.Replace(
                            "\"repository\"",
                            $"\"notify\": {notify}, \"repository\"",
                            StringComparison.Ordinal
                        )
                    )
                )
                .Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("{ \"state\": ")]
    [InlineData("{ \"state\": \"\\ud800\" }")]
    [InlineData("{ \"\\ud800\": \"x\" }")]
    public void A_file_that_is_missing_or_no_json_is_one_clear_fault(string json)
    {
        string path = Path.Combine(_directory, "abf.json");
        Assert.StartsWith(
            $"--config '{path}' does not exist",
            Assert.Throws<PermanentException>(() => OptionsReader.Load(path, OptionsScope.Installation)).Message
        );
        File.WriteAllText(path, json);
        Assert.StartsWith(
            $"--config '{path}' is not valid JSON",
            Assert.Throws<PermanentException>(() => OptionsReader.Load(path, OptionsScope.Installation)).Message
        );
    }

    private LoadedOptions Read(string json, params (string Key, string Value)[] environment) =>
        Read(json, OptionsScope.Installation, environment);

    private LoadedOptions Read(string json, OptionsScope scope, params (string Key, string Value)[] environment)
    {
        IConfigurationRoot file = new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)))
            .Build();
        IConfigurationRoot variables = new ConfigurationBuilder()
            .AddInMemoryCollection(environment.ToDictionary(e => e.Key, e => (string?)e.Value))
            .Build();
        var faults = new OptionFaults();
        LoadedOptions loaded = OptionsReader.Read(file, variables, _directory, scope, faults);
        faults.ThrowIfAny();
        return loaded;
    }
}
