using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>forget</c>, <c>pin</c>, <c>prune</c> and <c>stats</c>, and the retention after a backup.</summary>
public sealed class RetentionCommandsTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task Sets_are_pinned_forgotten_and_pruned_and_what_is_left_restores()
    {
        string second = await BackUpAsync();
        string third = await BackUpAsync();
        AssertDone(await Abf.RunAsync("pin", Sample.Set, "--reason", "the first"));

        JsonElement planned = (await Abf.RunAsync("forget", "--keep-last", "1", "--dry-run", "--json")).Json;
        AbfResult forget = await Abf.RunAsync("forget", "--keep-last", "1", "--json");

        AssertDone(forget);
        Assert.Equal(planned.GetRawText(), forget.Json.GetRawText());
        Assert.Equal(
            $$"""
            {"kept":[{"id":"{{Sample.Set}}","reasons":["pinned"]},{"id":"{{third}}","reasons":["last","newest-consistent"]}],"forgotten":[{"id":"{{second}}"}]}
            """,
            forget.Json.GetRawText()
        );
        JsonElement preview = (await Abf.RunAsync("prune", "--max-unused", "0%", "--dry-run", "--json")).Json;
        AbfResult prune = await Abf.RunAsync("prune", "--max-unused", "0%", "--json");
        AssertDone(prune);
        Assert.True(preview.GetProperty("dryRun").GetBoolean());
        Assert.True(prune.Json.GetProperty("freedBytes").GetInt64() > 0, prune.Out);
        Assert.Equal(0, prune.Json.GetProperty("laterBlobs").GetInt64());
        Assert.Equal(0, prune.Json.GetProperty("unusedBytes").GetInt64());
        AssertDone(await Abf.RunAsync("verify", "--read-data", "--json"));
        string target = Abf.Combine("restored");
        AssertDone(await Abf.RunAsync("restore", "--set", Sample.Set, "--target", target, "--no-database"));
        await Shell.RunAsync("diff -r \"$1/contentstore\" \"$2/contentstore\"", Sample.Installation.Root, target);
        Assert.Equal(2, (await BackUpAndListAsync()).Length - 1);
        AbfResult both = await Abf.RunAsync("forget", "--keep-last", "1", "--prune", "--json");
        AssertDone(both);
        Assert.Equal(
            third,
            Assert.Single(both.Json.GetProperty("forgotten").EnumerateArray()).GetProperty("id").GetString()
        );
        Assert.True(both.Json.GetProperty("prune").GetProperty("storedBytes").GetInt64() > 0, both.Out);
        AssertDone(await Abf.RunAsync("verify", "--read-data", "--json"));
    }

    [Fact]
    public async Task What_was_forgotten_is_said_although_the_prune_after_it_failed()
    {
        string second = await BackUpAsync();
        foreach (
            string pack in Directory.GetFiles(Path.Combine(Abf.Repository, "packs"), "*", SearchOption.AllDirectories)
        )
        {
            File.Delete(pack);
        }

        Directory.Delete(Path.Combine(Abf.State, "cache"), recursive: true);

        AbfResult both = await Abf.RunAsync("forget", "--keep-last", "1", "--prune", "--json");

        Assert.True(both.ExitCode == 7, $"{both.ExitCode}: {both.Error}");
        Assert.Equal(
            $$"""{"kept":[{"id":"{{second}}","reasons":["last","newest-consistent"]}],"forgotten":[{"id":"{{Sample.Set}}"}]}""",
            both.Json.GetRawText()
        );
    }

    [Fact]
    public async Task What_is_asked_for_must_make_sense()
    {
        AssertFault(await Abf.RunAsync("forget"), 2, "--keep-last", "retention");
        AssertFault(await Abf.RunAsync("forget", Sample.Set), 2, "newest consistent", Sample.Set);
        AssertFault(await Abf.RunAsync("forget", Sample.Set, "--keep-last", "3"), 2, "not both");
        AssertFault(await Abf.RunAsync("forget", "yesterday"), 2, "yesterday", "abf sets");
        AssertFault(await Abf.RunAsync("forget", "--keep-within", "a month"), 2, "--keep-within", "26h");
        AssertFault(
            await Abf.RunAsync("forget", "--keep-last", "1", "--prune", "--dry-run"),
            2,
            "--prune",
            "--dry-run"
        );
        AssertFault(await Abf.RunAsync("pin", "20200101T000000Z-00000000"), 2, "there is no set");
        AssertFault(await Abf.RunAsync("prune", "--max-unused", "much"), 2, "--max-unused", "5%");
        AssertFault(await Abf.RunAsync("prune", "--max-repack", "lots"), 2, "--max-repack", "GiB");
        AssertFault(await Abf.RunAsync("prune", "--max-repack", "99999999999999999999PiB"), 2, "--max-repack", "GiB");
        AbfResult unpinned = await Abf.RunAsync("unpin", Sample.Set, "--json");
        Assert.Equal("was not pinned", unpinned.Json.GetProperty("outcome").GetString());
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task Stats_say_what_each_set_takes_up_and_what_it_will_cost()
    {
        await ChangeSourceAsync();
        await BackUpAsync();
        Abf.Config["retention"] = new JsonObject { ["pricePerGb"] = "1000" };

        AbfResult stats = await Abf.RunAsync("stats", "--json");

        AssertDone(stats);
        JsonElement[] sets = [.. stats.Json.GetProperty("sets").EnumerateArray()];
        Assert.Equal(2, sets.Length);
        Assert.Equal(Sample.Set, sets[1].GetProperty("id").GetString());
        Assert.All(
            sets,
            set =>
                Assert.InRange(
                    set.GetProperty("uniqueBytes").GetInt64(),
                    1,
                    sets[1].GetProperty("addedBytes").GetInt64() - 1
                )
        );
        long stored = stats.Json.GetProperty("storedBytes").GetInt64();
        Assert.Equal(
            new DirectoryInfo(Path.Combine(Abf.Repository, "packs"))
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .Sum(file => file.Length),
            stored
        );
        Assert.InRange(stats.Json.GetProperty("unusedBytes").GetInt64(), 0, stored / 10);
        JsonElement now = stats.Json.GetProperty("forecast")[0];
        Assert.Equal((0, stored), (now.GetProperty("days").GetInt32(), now.GetProperty("bytes").GetInt64()));
        Assert.Equal(decimal.Round(stored / 1_000_000m, 2), now.GetProperty("cost").GetDecimal());
        Assert.True(stats.Json.TryGetProperty("growth", out _));
    }

    [Fact]
    public async Task With_a_retention_each_backup_is_followed_by_it_and_what_fails_there_is_loud()
    {
        await BackUpAsync();
        Abf.Config["retention"] = new JsonObject
        {
            ["keepLast"] = 1,
            ["pruneEvery"] = "0s",
            ["maxUnused"] = "0%",
        };

        AbfResult backup = await Abf.RunAsync("backup", "--json");

        AssertDone(backup);
        string id = backup.Json.GetProperty("id").GetString()!;
        Assert.Equal(2, backup.Json.GetProperty("forgotten").GetArrayLength());
        JsonElement sets = (await Abf.RunAsync("sets", "--json")).Json;
        Assert.Equal(id, Assert.Single(sets.EnumerateArray()).GetProperty("id").GetString());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Abf.Repository, "runs"), "*", SearchOption.AllDirectories));

        await File.WriteAllBytesAsync(Path.Combine(Abf.Repository, "log", "000000000000"), new byte[100], Token);
        AbfResult loud = await Abf.RunAsync("backup", "--json");
        Assert.Equal(3, loud.ExitCode);
        Assert.Contains("is sealed", Assert.Single(loud.Errors), StringComparison.Ordinal);
        Assert.Contains(
            "othing is collected",
            loud.Json.GetProperty("retentionFault").GetString()!,
            StringComparison.Ordinal
        );
        Assert.Equal(3, (await Abf.RunAsync("status", "--json")).ExitCode);
    }

    private async Task<string> BackUpAsync()
    {
        AbfResult backup = await Abf.RunAsync("backup", "--json");
        AssertDone(backup);
        return backup.Json.GetProperty("id").GetString()!;
    }

    private async Task<JsonElement[]> BackUpAndListAsync()
    {
        await BackUpAsync();
        return [.. (await Abf.RunAsync("sets", "--json")).Json.EnumerateArray()];
    }
}
