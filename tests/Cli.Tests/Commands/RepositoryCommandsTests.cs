using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>init</c>, <c>sets</c>, <c>show</c> and <c>key</c> on a repository in a directory.</summary>
public sealed class RepositoryCommandsTests : IDisposable
{
    private readonly AbfRig _abf = new();

    public void Dispose() => _abf.Dispose();

    [Fact]
    public async Task Init_creates_a_repository_and_says_what_losing_the_passphrase_means()
    {
        AbfResult result = await _abf.RunAsync("init");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Losing every passphrase loses every set", result.Out);
        Assert.Empty(result.Error);
        Assert.True(Directory.Exists(Path.Combine(_abf.Repository, "log")));
    }

    [Fact]
    public async Task Init_as_json_is_one_document()
    {
        JsonElement json = (await _abf.RunAsync("init", "--json")).Json;

        Assert.Equal(["repository", "location", "encryption"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal("passphrase", json.GetProperty("encryption").GetString());
    }

    [Fact]
    public async Task Init_refuses_an_existing_repository_and_a_directory_that_is_not_empty()
    {
        await _abf.RunAsync("init");
        AbfResult again = await _abf.RunAsync("init");
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("repository", Assert.Single(again.Errors));

        string other = _abf.Combine("other");
        Directory.CreateDirectory(other);
        await File.WriteAllTextAsync(Path.Combine(other, "letter.txt"), "x", TestContext.Current.CancellationToken);
        _abf.Section("repository")["url"] = new Uri(other).AbsoluteUri;
        AbfResult foreign = await _abf.RunAsync("init");
        Assert.Equal(2, foreign.ExitCode);
        Assert.Contains("is not empty", Assert.Single(foreign.Errors));
    }

    [Theory]
    [InlineData("sets")]
    [InlineData("show", "latest")]
    [InlineData("key", "list")]
    public async Task No_other_command_creates_a_repository(params string[] command)
    {
        AbfResult result = await _abf.RunAsync(command);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(_abf.Repository, Assert.Single(result.Errors));
        Assert.False(Directory.Exists(_abf.Repository));
    }

    [Theory]
    [InlineData("sets", 0, "warning")]
    [InlineData("verify", 7, "error")]
    public async Task A_foreign_blob_in_the_log_is_said_once_by_a_command(string command, int exitCode, string severity)
    {
        await _abf.RunAsync("init");
        string blob = Path.Combine(_abf.Repository, "log", "999999999998");
        await File.WriteAllTextAsync(blob, "junk", TestContext.Current.CancellationToken);

        AbfResult result = await _abf.RunAsync(command);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Single(
            result.Error.Split('\n'),
            line => line.Contains($" {severity}: Log entry 1 (log/999999999998) was skipped", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Quiet_says_nothing_on_success()
    {
        foreach (string command in (string[])["init", "sets", "status", "cancel"])
        {
            AbfResult result = await _abf.RunAsync(command, "--quiet");
            Assert.Equal((0, "", ""), (result.ExitCode, result.Out, result.Error));
        }
    }

    [Fact]
    public async Task A_wrong_passphrase_is_exit_code_7_and_names_the_setting()
    {
        await _abf.RunAsync("init");
        _abf.WriteSecret("passphrase", "another");

        AbfResult result = await _abf.RunAsync("sets");

        Assert.Equal(7, result.ExitCode);
        Assert.Contains("repository.passphraseFile", Assert.Single(result.Errors));
    }

    [Theory]
    [InlineData("passphrase", "none")]
    [InlineData("none", "passphrase")]
    public async Task A_repository_with_another_encryption_than_configured_is_refused(string created, string configured)
    {
        _abf.Section("repository")["encryption"] = created;
        await _abf.RunAsync("init");
        _abf.Section("repository")["encryption"] = configured;

        AbfResult result = await _abf.RunAsync("sets");

        Assert.Equal(7, result.ExitCode);
        Assert.Contains("repository.encryption", Assert.Single(result.Errors));
    }

    [Fact]
    public async Task A_repository_of_a_newer_format_is_refused()
    {
        await _abf.RunAsync("init");
        string config = Path.Combine(_abf.Repository, "config", "1");
        JsonNode json = JsonNode.Parse(await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken))!;
        json["version"] = 2;
        await File.WriteAllTextAsync(config, json.ToJsonString(), TestContext.Current.CancellationToken);

        AbfResult result = await _abf.RunAsync("sets");

        Assert.Equal(7, result.ExitCode);
        Assert.Contains("newer version", Assert.Single(result.Errors));
    }

    [Fact]
    public async Task A_log_that_was_cut_since_it_was_last_seen_is_listed_with_a_warning_and_has_no_latest_set()
    {
        await _abf.RunAsync("init");
        string second = _abf.WriteSecret("second", "correct horse");
        await _abf.RunAsync("key", "add", "--name", "second", "--new-passphrase-file", second);
        await _abf.RunAsync("sets");
        File.Delete(Directory.GetFiles(Path.Combine(_abf.Repository, "log")).Order(StringComparer.Ordinal).First());

        AbfResult sets = await _abf.RunAsync("sets");
        Assert.Equal(0, sets.ExitCode);
        Assert.Contains("it ends at entry 0, but entry 1", sets.Error);
        AbfResult latest = await _abf.RunAsync("show", "latest");
        Assert.Equal(7, latest.ExitCode);
        Assert.Contains("is broken", latest.Errors[^1]);
    }

    [Fact]
    public async Task A_set_that_is_not_there_is_exit_code_2()
    {
        await _abf.RunAsync("init");

        AbfResult result = await _abf.RunAsync("show", "20200101T000000Z-00000000");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("20200101T000000Z-00000000", Assert.Single(result.Errors));
    }

    [Fact]
    public async Task A_passphrase_is_added_used_and_removed()
    {
        await _abf.RunAsync("init");
        string second = _abf.WriteSecret("second", "correct horse");
        JsonElement added = (
            await _abf.RunAsync("key", "add", "--name", "second", "--new-passphrase-file", second, "--json")
        ).Json;
        Assert.Equal("added", added.GetProperty("outcome").GetString());

        JsonElement[] slots = [.. (await _abf.RunAsync("key", "list", "--json")).Json.EnumerateArray()];
        Assert.Equal(["id", "name", "created"], slots[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(["init", "second"], slots.Select(s => s.GetProperty("name").GetString()));

        AbfResult inUse = await _abf.RunAsync("key", "remove", slots[0].GetProperty("id").GetString()!);
        Assert.Equal(2, inUse.ExitCode);
        Assert.Contains("repository.passphraseFile", Assert.Single(inUse.Errors));
        _abf.Section("repository")["passphraseFile"] = second;
        Assert.Equal(0, (await _abf.RunAsync("key", "remove", slots[0].GetProperty("id").GetString()!)).ExitCode);
        AbfResult last = await _abf.RunAsync("key", "remove", slots[1].GetProperty("id").GetString()!);
        Assert.Equal(2, last.ExitCode);
        _abf.Section("repository")["passphraseFile"] = _abf.PassphraseFile;
        Assert.Equal(7, (await _abf.RunAsync("sets")).ExitCode);
    }

    [Fact]
    public async Task A_passphrase_is_added_from_standard_input_and_a_dry_run_adds_none()
    {
        await _abf.RunAsync("init");
        AbfResult empty = await _abf.RunAsync("key", "add", "--name", "typed");
        Assert.Equal(2, empty.ExitCode);
        Assert.Contains("--new-passphrase-file FILE, is empty", Assert.Single(empty.Errors));
        _abf.Input = "correct horse\n";
        JsonElement dry = (await _abf.RunAsync("key", "add", "--name", "typed", "--dry-run", "--json")).Json;
        Assert.Equal("would be added", dry.GetProperty("outcome").GetString());
        Assert.Equal(1, (await _abf.RunAsync("key", "list", "--json")).Json.GetArrayLength());

        Assert.Equal(0, (await _abf.RunAsync("key", "add", "--name", "typed")).ExitCode);
        _abf.Section("repository")["passphraseFile"] = _abf.WriteSecret("typed", "correct horse");
        Assert.Equal(2, (await _abf.RunAsync("key", "list", "--json")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Keys_are_rotated_for_the_passphrases_that_are_named_and_shut_the_others_out()
    {
        await _abf.RunAsync("init");
        string second = _abf.WriteSecret("second", "correct horse");
        await _abf.RunAsync("key", "add", "--name", "second", "--new-passphrase-file", second);
        AbfResult refused = await _abf.RunAsync("key", "rotate");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("('second')", Assert.Single(refused.Errors));

        JsonElement rotated = (await _abf.RunAsync("key", "rotate", "--passphrase-file", second, "--json")).Json;
        Assert.Equal("rotated", rotated.GetProperty("outcome").GetString());
        Assert.Equal(2, rotated.GetProperty("generation").GetInt32());
        Assert.Equal(
            ["init", "second"],
            rotated.GetProperty("kept").EnumerateArray().Select(slot => slot.GetProperty("name").GetString())
        );

        JsonElement dry = (await _abf.RunAsync("key", "rotate", "--drop-others", "--dry-run", "--json")).Json;
        Assert.Equal("would be rotated", dry.GetProperty("outcome").GetString());
        Assert.Equal(2, (await _abf.RunAsync("key", "list", "--json")).Json.GetArrayLength());
        AbfResult dropped = await _abf.RunAsync("key", "rotate", "--drop-others");
        Assert.Equal(0, dropped.ExitCode);
        Assert.Contains("(second): opens nothing of it any more", dropped.Out);
        Assert.Equal(0, (await _abf.RunAsync("sets")).ExitCode);
        _abf.Section("repository")["passphraseFile"] = second;
        Assert.Equal(7, (await _abf.RunAsync("sets")).ExitCode);
    }

    [Fact]
    public async Task Without_a_run_there_is_nothing_to_look_at_or_to_cancel()
    {
        await _abf.RunAsync("init");

        Assert.Equal("none", (await _abf.RunAsync("status", "--json")).Json.GetProperty("state").GetString());
        Assert.Equal(
            "nothing to cancel",
            (await _abf.RunAsync("cancel", "--json")).Json.GetProperty("outcome").GetString()
        );
    }
}
