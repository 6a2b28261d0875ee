using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>abf doctor</c> on an installation that has one good set: sound, and with faults of both kinds.</summary>
[Trait("needs", "server")]
public sealed class DoctorCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task One_passphrase_and_one_copy_are_warnings_and_with_a_second_of_each_all_is_well()
    {
        AbfResult warned = await Abf.RunAsync("doctor", "--json");

        Assert.True(warned.ExitCode == 3, warned.Out + warned.Error);
        Assert.Equal(["errors", "warnings", "findings"], Members(warned.Json));
        Assert.All(
            warned.Json.GetProperty("findings").EnumerateArray(),
            finding => Assert.Equal(["id", "severity", "what", "why", "fix"], Members(finding))
        );
        Assert.Equal(["single-passphrase", "no-second-copy"], Ids(warned, "warning"));
        Assert.Contains(Abf.PassphraseFile, warned.Out, StringComparison.Ordinal);

        string second = Abf.WriteSecret("second", "another one");
        AssertDone(await Abf.RunAsync("key", "add", "--new-passphrase-file", second, "--name", "safe"));
        Abf.Config["mirror"] = new JsonArray(new JsonObject { ["url"] = new Uri(Abf.Combine("mirror")).AbsoluteUri });
        AbfResult sound = await Abf.RunAsync("doctor");
        AssertDone(sound);
        Assert.EndsWith(
            "0 errors, 0 warnings: all is well\n",
            sound.Out.ReplaceLineEndings("\n"),
            StringComparison.Ordinal
        );
        Assert.Empty(Directory.GetFiles(Path.Combine(Abf.Repository, "control"), "doctor*"));
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task What_is_wrong_around_it_is_told_all_at_once_and_is_exit_code_5()
    {
        string root = await Sample.CopyRootAsync(Abf);
        Directory.Delete(Path.Combine(root, "backup-lucene-indexes"), recursive: true);
        Setting("database")["toolPath"] = Abf.Combine("nowhere");

        AbfResult result = await Abf.RunAsync("doctor", "--json");

        Assert.True(result.ExitCode == 5, result.Out + result.Error);
        Assert.Equal(["dump-tool-missing", "index-backup"], Ids(result, "error"));
        Assert.Equal(2, result.Json.GetProperty("errors").GetInt32());

        string[] lines = (await Abf.RunAsync("doctor")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith(
            "error [dump-tool-missing] installation.database.toolPath: pg_dump is not found",
            lines[0],
            StringComparison.Ordinal
        );
        Assert.StartsWith("  why: ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("  fix: install PostgreSQL's client", lines[2], StringComparison.Ordinal);
        Assert.Equal("2 errors, 2 warnings: no backup can be taken", lines[^1].TrimEnd('\r'));

        AbfResult quiet = await Abf.RunAsync("doctor", "--quiet");
        Assert.Empty(quiet.Out);
        Assert.Equal(4, quiet.Errors.Length);
    }

    [Theory]
    [InlineData("schedule", "every night", "configuration")]
    [InlineData("state", "", "configuration")]
    [InlineData("installation", "./alf_data", "relative-path")]
    public async Task What_is_wrong_in_the_configuration_is_a_finding_and_exit_code_2(
        string setting,
        string value,
        string id
    )
    {
        if (setting == "installation")
        {
            string properties = Abf.Combine("relative.properties");
            await File.WriteAllTextAsync(properties, $"dir.root={value}\n", Token);
            Abf.Config["installation"] = new JsonObject { ["name"] = "acme", ["globalProperties"] = properties };
            Setting("database")["url"] = "postgresql://127.0.0.1/nowhere";
            Setting("database")["username"] = "nobody";
        }
        else
        {
            Abf.Config[setting] = value;
        }

        AbfResult result = await Abf.RunAsync("doctor", "--json");

        Assert.True(result.ExitCode == 2, result.Out + result.Error);
        Assert.Equal([id], Ids(result, "error"));
    }

    [Fact]
    public async Task A_wrong_passphrase_and_a_repository_that_is_gone_are_told_apart()
    {
        await File.WriteAllTextAsync(Abf.PassphraseFile, "wrong\n", Token);
        AbfResult locked = await Abf.RunAsync("doctor", "--json");
        Assert.True(locked.ExitCode == 5, locked.Out + locked.Error);
        Assert.Equal(["repository"], Ids(locked, "error"));

        Directory.Delete(Abf.Repository, recursive: true);
        AbfResult gone = await Abf.RunAsync("doctor", "--json");
        Assert.True(gone.ExitCode == 5, gone.Out + gone.Error);
        Assert.Equal(["repository"], Ids(gone, "error"));
        Assert.Contains("abf init", gone.Out, StringComparison.Ordinal);
    }

    private static string[] Ids(AbfResult result, string severity) =>
        [
            .. result
                .Json.GetProperty("findings")
                .EnumerateArray()
                .Where(finding => finding.GetProperty("severity").GetString() == severity)
                .Select(finding => finding.GetProperty("id").GetString()!),
        ];

    private static string[] Members(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
