using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>abf repair</c>, through the executable.</summary>
public sealed class RepairCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private const byte ContentPack = 5;

    [Fact]
    public async Task A_damaged_pack_comes_back_from_the_installation_and_the_sets_are_sound_again()
    {
        string pack = PacksOf(ContentPack).MaxBy(file => new FileInfo(file).Length)!;
        await FlipAsync(pack);
        File.Delete(Directory.GetFiles(Path.Combine(Abf.Repository, "index"))[0]);
        Assert.Equal(7, (await Abf.RunAsync("verify", "--read-data")).ExitCode);

        AbfResult dry = await Abf.RunAsync("repair", "--live", "--dry-run", "--json");
        AssertDone(dry);
        Assert.Equal(7, (await Abf.RunAsync("verify", "--read-data")).ExitCode);
        AbfResult repair = await Abf.RunAsync("repair", "--live");

        AssertDone(repair);
        Assert.Contains("1 bad pack:", repair.Out, StringComparison.Ordinal);
        Assert.Contains("something in it is damaged", repair.Out, StringComparison.Ordinal);
        Assert.Contains("1 pack given up", repair.Out, StringComparison.Ordinal);
        Assert.Contains("and named anew", repair.Out, StringComparison.Ordinal);
        Assert.True(dry.Json.GetProperty("fromLive").GetInt32() > 0);
        await AssertOnlyTheEarlierSetStandsAsync();
        AssertDone(await Abf.RunAsync("prune"));
        Assert.False(File.Exists(pack));
        await AssertOnlyTheEarlierSetStandsAsync();
        AssertDone(await Abf.RunAsync("backup"));
    }

    [Fact]
    public async Task What_nobody_has_is_named_by_its_path_and_content_url_and_a_mirror_brings_it_back()
    {
        string mirror = new Uri(Abf.Combine("mirror")).AbsoluteUri;
        AssertDone(await Abf.RunAsync("mirror", "--to", mirror));
        string[] packs = [.. PacksOf(ContentPack)];
        Assert.All(packs, File.Delete);

        AbfResult alone = await Abf.RunAsync("repair", "--json");

        Assert.True(alone.ExitCode == 3, alone.Error);
        JsonElement lost = alone.Json.GetProperty("lost");
        Assert.Equal(alone.Json.GetProperty("lostFiles").GetInt32(), lost.GetArrayLength());
        JsonElement document = lost.EnumerateArray()
            .First(file => file.GetProperty("path").GetString()!.EndsWith(".bin", StringComparison.Ordinal));
        string path = document.GetProperty("path").GetString()!;
        Assert.Equal("store://" + path["contentstore/".Length..], document.GetProperty("contentUrl").GetString());
        Assert.Equal(Sample.Set, document.GetProperty("set").GetString());
        JsonElement node = document.GetProperty("nodes")[0];
        Assert.StartsWith(
            "workspace://SpacesStore/",
            node.GetProperty("nodeRef").GetString(),
            StringComparison.Ordinal
        );
        Assert.Contains(path, alone.Error, StringComparison.Ordinal);
        Assert.Contains("--from-mirror", alone.Error, StringComparison.Ordinal);
        Assert.Equal(
            packs.Select(Path.GetFileName).Order(StringComparer.Ordinal),
            alone
                .Json.GetProperty("badPacks")
                .EnumerateArray()
                .Select(bad => Path.GetFileName(bad.GetProperty("name").GetString()))
                .Order(StringComparer.Ordinal)
        );

        AbfResult repair = await Abf.RunAsync("repair", "--from-mirror", mirror, "--depth", "structure", "--json");

        AssertDone(repair);
        Assert.True(repair.Json.GetProperty("fromMirror").GetInt32() >= lost.GetArrayLength());
        Assert.Equal(0, repair.Json.GetProperty("readPacks").GetInt32());
        await AssertOnlyTheEarlierSetStandsAsync();
        AbfResult again = await Abf.RunAsync("repair");
        AssertDone(again);
        Assert.Contains("no bad packs", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_is_told_and_nothing_is_written()
    {
        string own = new Uri(Abf.Repository).AbsoluteUri;
        AssertFault(await Abf.RunAsync("repair", "--from-mirror", own), 2, "--from-mirror", "repository.url");
        AssertFault(
            await Abf.RunAsync("repair", "--from-mirror", new Uri(Abf.Combine("nowhere")).AbsoluteUri),
            6,
            "--from-mirror: the directory",
            "nowhere"
        );
        AbfResult signed = await Abf.RunAsync("import", "https://h.example/c?sv=1&sig=hidden");
        AssertFault(signed, 5, "h.example/c?sv=1&sig=[secret]' cannot be read");
        AssertFault(await Abf.RunAsync("repair", "--depth", "deep"), 2, "--depth 'deep'", "structure");
        AssertFault(await Abf.RunAsync("repair", "--connection-string-file", "x"), 2, "--from-mirror");
    }

    [Fact]
    public async Task A_host_that_writes_only_says_that_it_cannot()
    {
        string keys = Abf.Combine("keys");
        AssertDone(await Abf.RunAsync("key", "export", "--write-only", keys));
        JsonObject repository = Abf.Section("repository");
        repository.Remove("passphraseFile");
        repository["keyFile"] = keys;

        AssertFault(await Abf.RunAsync("repair"), 2, "A repository cannot be repaired", "keyFile");
    }

    private IEnumerable<string> PacksOf(byte type) =>
        Directory
            .GetFiles(Path.Combine(Abf.Repository, "packs"), "*", SearchOption.AllDirectories)
            .Where(pack => File.ReadAllBytes(pack)[5] == type);

    /// <summary>As a disk does it: the directory of the pack can still be read.</summary>
    private static async Task FlipAsync(string pack)
    {
        byte[] bytes = await File.ReadAllBytesAsync(pack, Token);
        bytes[100] ^= 1;
        File.SetAttributes(pack, FileAttributes.Normal);
        await File.WriteAllBytesAsync(pack, bytes, Token);
    }
}
