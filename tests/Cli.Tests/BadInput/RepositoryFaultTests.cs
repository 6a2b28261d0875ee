using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>What a repository that cannot be opened, or that lost a pack, gets.</summary>
public sealed class RepositoryFaultTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task A_wrong_passphrase()
    {
        Abf.WriteSecret("passphrase", "guessed\n");
        string before = await ListAsync();

        foreach (
            string[] command in (string[][])
                [
                    ["backup"],
                    ["sets"],
                    ["verify"],
                    ["restore", "--set", "latest", "--target", Abf.Combine("restored"), "--no-database"],
                ]
        )
        {
            AbfResult result = await Abf.RunAsync(command);
            AssertFault(result, 7, "repository.passphraseFile");
            Assert.DoesNotContain("guessed", result.Error);
        }

        Assert.False(Directory.Exists(Abf.Combine("restored")));
        Assert.Equal(before, await ListAsync());
        Abf.WriteSecret("passphrase", AbfRig.Passphrase);
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task A_repository_of_a_newer_format_version()
    {
        string file = Directory.GetFiles(Path.Combine(Abf.Repository, "config")).Single();
        byte[] original = await File.ReadAllBytesAsync(file, Token);
        JsonNode config = JsonNode.Parse(original)!;
        config["version"] = 2;
        await File.WriteAllTextAsync(file, config.ToJsonString(), Token);
        string before = await ListAsync();

        foreach (
            string[] command in (string[][])
                [
                    ["backup"],
                    ["verify"],
                    ["restore", "--set", "latest", "--target", Abf.Combine("restored"), "--no-database"],
                ]
        )
        {
            AssertFault(await Abf.RunAsync(command), 7, Abf.Repository, "newer version", "abf");
        }

        Assert.False(Directory.Exists(Abf.Combine("restored")));
        Assert.Equal(before, await ListAsync());
        await File.WriteAllBytesAsync(file, original, Token);
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task Another_repository_that_the_same_passphrase_opens_is_refused_in_the_place_of_the_first()
    {
        AssertDone(await Abf.RunAsync("sets"));
        Directory.Move(Abf.Repository, Abf.Combine("ours"));
        using (var other = new AbfRig())
        {
            other.Section("repository")["url"] = new Uri(Abf.Repository).AbsoluteUri;
            AssertDone(await other.RunAsync("init"));
        }

        string before = await ListAsync();
        foreach (
            string[] command in (string[][])
                [
                    ["backup"],
                    ["sets"],
                    ["verify"],
                    ["key", "list"],
                    ["restore", "--set", "latest", "--target", Abf.Combine("restored"), "--no-database"],
                ]
        )
        {
            AssertFault(await Abf.RunAsync(command), 7, Abf.Repository, "another in its place", "delete");
        }

        Assert.Equal(before, await ListAsync());

        // An administrator who begins a new one there says by that that it is meant.
        Directory.Move(Abf.Repository, Abf.Combine("theirs"));
        AssertDone(await Abf.RunAsync("init"));
        AssertDone(await Abf.RunAsync("sets"));
        Directory.Delete(Abf.Repository, recursive: true);
        Directory.Move(Abf.Combine("ours"), Abf.Repository);
        AssertFault(await Abf.RunAsync("sets"), 7, "another in its place");
    }

    [Fact]
    public async Task A_missing_pack_is_named_and_a_full_scan_stores_again_what_it_held()
    {
        string pack = Directory
            .EnumerateFiles(Path.Combine(Abf.Repository, "packs"), "*", SearchOption.AllDirectories)
            .OrderByDescending(f => new FileInfo(f).Length)
            .First();
        File.Move(pack, Abf.Combine("lost"));
        string name = Path.GetFileName(pack);

        AbfResult verify = await Abf.RunAsync("verify", "--read-data");
        Assert.Equal(7, verify.ExitCode);
        int packs = Directory.GetFiles(Path.Combine(Abf.Repository, "packs"), "*", SearchOption.AllDirectories).Length;
        Assert.Contains($"; {packs} of {packs + 1} packs read", verify.Out, StringComparison.Ordinal);
        Assert.Contains(verify.Errors, e => e.Contains(name, StringComparison.Ordinal));

        AbfResult restore = await Abf.RunAsync(
            "restore",
            "--set",
            "latest",
            "--target",
            Abf.Combine("restored"),
            "--no-database"
        );
        Assert.Equal(3, restore.ExitCode);
        Assert.Contains(restore.Errors, e => e.Contains(name, StringComparison.Ordinal));
        await Shell.RunAsync("rm -rf \"$1\"", Abf.Combine("restored"));

        // A full scan says so, and stores again what the source still has: for the earlier set as well.
        string earlier = (await Abf.RunAsync("sets", "--json")).Json[0].GetProperty("id").GetString()!;
        Abf.Environment["ABF__BACKUP__FULLSCANEVERY"] = "0s";
        AbfResult backup = await Abf.RunAsync("backup");
        Assert.Equal(0, backup.ExitCode);
        Assert.Contains("lost 1 packs", backup.Error, StringComparison.Ordinal);
        Assert.Contains(name, backup.Error, StringComparison.Ordinal);
        AssertDone(await Abf.RunAsync("verify", "--read-data"));
        AssertDone(
            await Abf.RunAsync("restore", "--set", earlier, "--target", Abf.Combine("restored"), "--no-database")
        );
        await Shell.AssertSameContentAsync(
            Sample.Installation.Contentstore,
            Path.Combine(Abf.Combine("restored"), "contentstore")
        );
    }

    [Fact]
    public async Task A_header_that_lies_about_its_version_stops_a_backup_and_loses_nothing()
    {
        // The version of the format, the way of its keys, and the generation of its key, each without a change of
        // anything else: whoever may write to the store can do that.
        string entry = Directory.GetFiles(Path.Combine(Abf.Repository, "log")).Order(StringComparer.Ordinal).First();
        byte[] original = await File.ReadAllBytesAsync(entry, Token);
        foreach (
            (int position, string says, string fix) in ((int, string, string)[])
                [
                    (4, "format version 9", "newer version of abf"),
                    (7, "key mode 9", "newer version of abf"),
                    (8, "generation 9 of the log key", "repository.passphraseFile"),
                ]
        )
        {
            byte[] lie = [.. original];
            lie[position] = 9;
            await File.WriteAllBytesAsync(entry, lie, Token);
            string before = await ListAsync();
            foreach (string command in (string[])["backup", "verify", "sets"])
            {
                AssertFault(await Abf.RunAsync(command), 7, Path.GetFileName(entry), says, fix);
            }

            Assert.Equal(before, await ListAsync());
        }

        await File.WriteAllBytesAsync(entry, original, Token);
        await AssertOnlyTheEarlierSetStandsAsync();
        AssertDone(await Abf.RunAsync("backup"));
    }

    [Fact]
    public async Task A_log_entry_that_rotted_stops_writing_but_no_restore()
    {
        string id = (await Abf.RunAsync("sets", "--json")).Json[0].GetProperty("id").GetString()!;
        string entry = Directory
            .GetFiles(Path.Combine(Abf.Repository, "log"))
            .Order(StringComparer.Ordinal)
            .ElementAt(1);
        byte[] original = await File.ReadAllBytesAsync(entry, Token);
        await File.WriteAllBytesAsync(entry, [.. original[..^1], (byte)(original[^1] ^ 1)], Token);

        AbfResult sets = await Abf.RunAsync("sets", "--json");
        Assert.Equal((0, id), (sets.ExitCode, sets.Json[0].GetProperty("id").GetString()));
        Assert.Contains("is broken", sets.Error, StringComparison.Ordinal);
        AssertDone(await Abf.RunAsync("restore", "--set", id, "--target", Abf.Combine("restored"), "--no-database"));
        await Shell.AssertSameContentAsync(
            Sample.Installation.Contentstore,
            Path.Combine(Abf.Combine("restored"), "contentstore")
        );
        AssertFault(
            await Abf.RunAsync("restore", "--set", "latest", "--target", Abf.Combine("latest"), "--no-database"),
            7,
            "is broken",
            "abf sets"
        );
        AssertFault(await Abf.RunAsync("backup"), 7, "is broken", "log/");
        Assert.Equal(7, (await Abf.RunAsync("verify")).ExitCode);

        await File.WriteAllBytesAsync(entry, original, Token);
        await AssertOnlyTheEarlierSetStandsAsync();
        AssertDone(await Abf.RunAsync("backup"));
    }

    [Fact]
    public async Task A_full_disk_under_the_local_files()
    {
        string cache = Path.Combine(Abf.State, "cache");
        AssertDone(await Abf.RunAsync("sets")); // makes the state directory
        AssertFault(
            await FullDisk.RunAsync(Abf, cache, "4k", move: null, ["verify"]),
            2,
            "state: ",
            cache,
            "bytes are free",
            "Make room"
        );
        AssertDone(await Abf.RunAsync("verify"));
    }

    /// <summary>Every blob with its bytes' sum.</summary>
    private Task<string> ListAsync() =>
        Shell.RunAsync("cd \"$1\"; find . -type f -not -path './control/*' -exec cksum {} + | sort", Abf.Repository);
}
