using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Setup;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>abf setup</c>, from nothing but an installation.</summary>
[Trait("needs", "server")]
public sealed class SetupCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Config => Abf.Combine("etc/abf.json");

    private string[] Arguments =>
        [
            "setup",
            "--config",
            Config,
            "--properties",
            Sample.Installation.PropertiesFile,
            "--name",
            "acme",
            "--index",
            "none",
            "--repository",
            new Uri(Abf.Combine("new")).AbsoluteUri,
            "--state",
            Abf.Combine("new-state"),
        ];

    [Fact]
    public async Task From_an_installation_to_a_set_in_two_commands()
    {
        Abf.Environment["PATH"] = $"{PostgresServer.BinDirectory}:{Environment.GetEnvironmentVariable("PATH")}";

        AbfResult setup = await Abf.RunPlainAsync([.. Arguments, "--json"]);

        AssertDone(setup);
        Assert.Equal(Config, setup.Json.GetProperty("configuration").GetString());
        Assert.True(setup.Json.GetProperty("passphraseMade").GetBoolean());
        Assert.Equal(32, setup.Json.GetProperty("repository").GetString()!.Length);
        Assert.Equal(0, setup.Json.GetProperty("doctor").GetProperty("errors").GetInt32());
        Assert.Equal($"abf backup --config {Config}", setup.Json.GetProperty("next")[0].GetString());
        string passphrase = (await File.ReadAllTextAsync(Abf.Combine("etc/passphrase"), Token)).Trim();
        Assert.Matches("^([a-z2-9]{5}-){5}[a-z2-9]{5}$", passphrase);
        Assert.DoesNotContain(passphrase, setup.Out + setup.Error, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Config));
            Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Abf.Combine("etc/passphrase")));
        }

        AbfResult backup = await Abf.RunPlainAsync("backup", "--config", Config, "--json");
        Assert.True(backup.ExitCode is 0 or 3, backup.Error);
        Assert.Single((await Abf.RunPlainAsync("sets", "--config", Config, "--json")).Json.EnumerateArray());

        // Over it, only when asked; and the repository that is there is opened by the passphrase that is there.
        byte[] before = await File.ReadAllBytesAsync(Config, Token);
        AssertFault(await Abf.RunPlainAsync(Arguments), 2, $"the configuration '{Config}' exists", "--overwrite");
        Assert.Equal(before, await File.ReadAllBytesAsync(Config, Token));
        AbfResult again = await Abf.RunPlainAsync([.. Arguments, "--overwrite", "--json"]);
        AssertDone(again);
        Assert.Null(again.Json.GetProperty("repository").GetString());
        Assert.False(again.Json.GetProperty("passphraseMade").GetBoolean());

        AssertFault(
            await Abf.RunPlainAsync([.. Arguments, "--overwrite", "--passphrase-file", Abf.Combine("lost")]),
            2,
            "--passphrase-file",
            "does not exist, and the repository at"
        );
        Assert.False(File.Exists(Abf.Combine("lost")));
    }

    [Fact]
    public async Task What_a_backup_would_fail_of_is_told_and_everything_else_is_done()
    {
        string root = await Sample.CopyRootAsync(Abf);
        string properties = Abf.Combine("alfresco-global.properties");
        await File.WriteAllTextAsync(
            properties,
            $"dir.root={root}\ndb.url=jdbc:postgresql://127.0.0.1:1/alfresco\ndb.username=a\ndb.password=b\n",
            Token
        );

        AbfResult setup = await Abf.RunPlainAsync([
            .. Arguments.Select(word => word == Sample.Installation.PropertiesFile ? properties : word),
        ]);

        Assert.True(setup.ExitCode == 5, setup.Out + setup.Error);
        Assert.Contains("error [database] ", setup.Out, StringComparison.Ordinal);
        Assert.Contains($"abf doctor --config {Config}", setup.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(Config));
        Assert.Equal("[]\n", (await Abf.RunPlainAsync("sets", "--config", Config, "--json")).Out);
    }

    [Theory]
    [InlineData("--repository is not given", "--repository")]
    [InlineData("--repository '/srv/abf' names no directory", "--repository", "/srv/abf")]
    [InlineData("holds a signature", "--repository", "https://acme.blob.core.windows.net/backups?sig=x")]
    [InlineData("--name 'Not A Name' does not fit", "--name", "Not A Name")]
    [InlineData("--index 'solr' needs to know where Solr is", "--index", "solr")]
    [InlineData("installation.globalProperties", "--properties", "/nowhere/alfresco-global.properties")]
    public async Task What_is_missing_or_wrong_is_a_fault_and_nothing_is_asked_or_written(
        string says,
        string option,
        string? value = null
    )
    {
        List<string> arguments = [.. Arguments];
        int at = arguments.IndexOf(option);
        arguments.RemoveRange(at, 2);
        arguments.AddRange(value is null ? [] : [option, value]);

        // Somebody might take what stands on standard input for answers.
        Abf.Input = "yes\nyes\n";
        AbfResult result = await Abf.RunPlainAsync([.. arguments]);

        AssertFault(result, 2, says);
        Assert.False(Directory.Exists(Abf.Combine("etc")));
        Assert.False(Directory.Exists(Abf.Combine("new")));
    }

    [Fact]
    public async Task A_repository_in_the_state_is_refused_before_anything_is_written()
    {
        string inside = new Uri(Abf.Combine("new-state/sets")).AbsoluteUri;

        AbfResult result = await Abf.RunPlainAsync([
            .. Arguments.Select(word => word.EndsWith("/new", StringComparison.Ordinal) ? inside : word),
        ]);

        AssertFault(result, 2, "--repository", inside, "and state '");
        Assert.False(File.Exists(Config));
        Assert.False(Directory.Exists(Abf.Combine("new-state")));
    }

    [Fact]
    public async Task Of_an_installation_with_Solr_it_is_said_what_was_chosen_and_how_to_change_it()
    {
        string properties = Abf.Combine("alfresco-global.properties");
        string text = await File.ReadAllTextAsync(Sample.Installation.PropertiesFile, Token);
        await File.WriteAllTextAsync(properties, text + "\nindex.subsystem.name=solr6\n", Token);
        string[] words =
        [
            .. Arguments
                .Where((word, at) => word != "--index" && (at == 0 || Arguments[at - 1] != "--index"))
                .Select(word => word == Sample.Installation.PropertiesFile ? properties : word),
        ];

        AbfResult setup = await Abf.RunPlainAsync(words);

        Assert.Contains(
            "search index: not captured (index.subsystem.name is 'solr6'",
            setup.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("set installation.index.kind to solr: docs/solr.md", setup.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task At_a_terminal_what_no_option_says_is_asked()
    {
        Abf.Environment["PATH"] = $"{PostgresServer.BinDirectory}:{Environment.GetEnvironmentVariable("PATH")}";
        string[] given = [.. Arguments.SkipWhile(word => word != "--index").Skip(2)];
        Assert.Equal("--repository", given[0]);

        // Properties, a name that does not fit, the default name; an URL that does not fit, the right one; a passphrase twice.
        string screen = await Shell.RunAsync(
            "export PATH=\"$6:$PATH\"; printf '%s\\nNot A Name\\nacme\\n/srv/abf\\n%s\\nof my own\\nof my own\\n' \"$3\" \"$4\" | TERM=xterm script -q -e -c \"exec '$1' setup --config '$2' --index none --state '$5'\" /dev/null",
            AbfRig.Executable,
            Config,
            Sample.Installation.PropertiesFile,
            given[1],
            Abf.Combine("new-state"),
            PostgresServer.BinDirectory
        );

        Assert.Contains("'Not A Name' does not fit", screen, StringComparison.Ordinal);
        Assert.Contains("'/srv/abf' names no directory", screen, StringComparison.Ordinal);
        Assert.Contains("a backup can be taken", screen, StringComparison.Ordinal);
        Assert.Equal("of my own\n", await File.ReadAllTextAsync(Abf.Combine("etc/passphrase"), Token));
        var written = (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(Config, Token))!;
        Assert.Equal(given[1], (string?)written["repository"]!["url"]);
        Assert.Equal("acme", (string?)written["installation"]!["name"]);
    }

    [Theory]
    [InlineData("web1.example.net", "web1")]
    [InlineData("WEB_1", "web_1")]
    [InlineData("-x-", "alfresco")]
    [InlineData("", "alfresco")]
    public void The_name_of_the_machine_is_the_usual_name(string machine, string expected) =>
        Assert.Equal(expected, InstallationNames.Usual(machine));
}
