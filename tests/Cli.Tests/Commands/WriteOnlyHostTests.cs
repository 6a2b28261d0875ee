using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>A host whose configuration names a key file in place of a passphrase.</summary>
public sealed class WriteOnlyHostTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string KeyFile => Abf.Combine("write-only.json");

    [Fact]
    public async Task It_backs_up_and_verifies_and_restores_nothing()
    {
        string root = await Sample.CopyRootAsync(Abf);
        JsonElement exported = (await Abf.RunAsync("key", "export", "--write-only", KeyFile, "--json")).Json;
        Assert.Equal(2, exported.GetProperty("rotation").GetProperty("generation").GetInt32());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        }

        JsonObject repository = Abf.Section("repository");
        repository.Remove("passphraseFile");
        repository["keyFile"] = KeyFile;
        string added = Path.Combine(root, "contentstore", "2001", "1", "1", "1", "1", "added.bin");
        await File.WriteAllTextAsync(added, "added where nobody reads", Token);
        AssertDone(await Abf.RunAsync("verify"));
        JsonElement backup = (await Abf.RunAsync("backup", "--json")).Json;
        string set = backup.GetProperty("id").GetString()!;
        AssertDone(await Abf.RunAsync("verify"));
        AssertDone(await Abf.RunAsync("show", set));

        const string Passphrase = "repository.passphraseFile names a passphrase";
        string target = Abf.Combine("restored");
        AssertFault(await Abf.RunAsync("restore", "--no-database", "--set", set, "--target", target), 2, Passphrase);
        AssertFault(
            await Abf.RunAsync("restore", "--no-database", "--set", set, "--target", target, "--dry-run"),
            2,
            Passphrase
        );
        Assert.False(Directory.Exists(target));
        AssertFault(await Abf.RunAsync("verify", "--read-data"), 2, Passphrase);

        // Names of documents are metadata, which it reads; their bytes it does not.
        AbfResult found = await Abf.RunAsync("find", "*", "--sets", set, "--json");
        Assert.Equal(0, found.ExitCode);
        string document = found.Json[0].GetProperty("nodeRef").GetString()!;
        AssertDone(await Abf.RunAsync("diff", Sample.Set, set));
        string taken = Abf.Combine("taken.pdf");
        AssertFault(await Abf.RunAsync("extract", set, document, "--output", taken), 2, Passphrase);
        AssertFault(await Abf.RunAsync("export", set, taken), 2, Passphrase);
        Assert.False(File.Exists(taken));
        AssertFault(await Abf.RunAsync("key", "rotate"), 2, Passphrase);
        AssertFault(await Abf.RunAsync("key", "export", "--write-only", Abf.Combine("more.json")), 2, Passphrase);
        Assert.False(File.Exists(Abf.Combine("more.json")));

        repository.Remove("keyFile");
        repository["passphraseFile"] = Abf.PassphraseFile;
        AssertDone(await Abf.RunAsync("verify", "--read-data"));
        AssertDone(await Abf.RunAsync("restore", "--no-database", "--set", set, "--target", target));
        string restored = Directory.GetFiles(target, "added.bin", SearchOption.AllDirectories).Single();
        Assert.Equal("added where nobody reads", await File.ReadAllTextAsync(restored, Token));
    }

    [Fact]
    public async Task It_keeps_forgets_prunes_counts_and_copies()
    {
        AssertDone(await Abf.RunAsync("key", "export", "--write-only", KeyFile));
        JsonObject repository = Abf.Section("repository");
        repository.Remove("passphraseFile");
        repository["keyFile"] = KeyFile;
        JsonElement second = (await Abf.RunAsync("backup", "--json")).Json;
        JsonElement third = (await Abf.RunAsync("backup", "--json")).Json;
        string copy = "file://" + Abf.Combine("copy");

        AssertDone(await Abf.RunAsync("pin", Sample.Set, "--reason", "kept"));
        AssertFault(await Abf.RunAsync("forget", Sample.Set), 2, "is pinned");
        JsonElement stats = (await Abf.RunAsync("stats", "--json")).Json;
        Assert.Equal(3, stats.GetProperty("sets").GetArrayLength());
        Assert.True(stats.GetProperty("storedBytes").GetInt64() > 0);
        JsonElement forget = (await Abf.RunAsync("forget", "--keep-last", "1", "--json")).Json;
        Assert.Equal(
            second.GetProperty("id").GetString(),
            Assert.Single(forget.GetProperty("forgotten").EnumerateArray()).GetProperty("id").GetString()
        );
        AssertDone(await Abf.RunAsync("unpin", Sample.Set));
        AssertDone(await Abf.RunAsync("forget", Sample.Set));

        // What it cannot open stays, and it says so.
        AbfResult prune = await Abf.RunAsync("prune", "--max-unused", "0%", "--json");
        Assert.Equal(0, prune.ExitCode);
        Assert.Equal(
            prune.Json.GetProperty("unusedBytes").GetInt64() > 0 ? 1 : 0,
            prune.Json.GetProperty("warnings").GetArrayLength()
        );
        AssertDone(await Abf.RunAsync("mirror", "--to", copy));
        AssertDone(await Abf.RunAsync("mirror", "--to", copy, "--check"));
        AssertFault(await Abf.RunAsync("key", "reseal"), 2, "repository.passphraseFile names a passphrase");

        repository.Remove("keyFile");
        repository["passphraseFile"] = Abf.PassphraseFile;
        AssertDone(await Abf.RunAsync("verify", "--read-data"));
        repository["url"] = copy;
        JsonElement there = (await Abf.RunAsync("sets", "--json")).Json;
        Assert.Equal(
            third.GetProperty("id").GetString(),
            Assert.Single(there.EnumerateArray()).GetProperty("id").GetString()
        );
    }

    [Fact]
    public async Task A_key_file_that_exists_is_kept_and_one_beside_a_passphrase_is_refused()
    {
        await File.WriteAllTextAsync(KeyFile, "mine", Token);
        AssertFault(await Abf.RunAsync("key", "export", "--write-only", KeyFile), 2, KeyFile);
        Assert.Equal("mine", await File.ReadAllTextAsync(KeyFile, Token));
        Assert.Equal(
            "would be written",
            (await Abf.RunAsync("key", "export", "--write-only", Abf.Combine("other"), "--dry-run", "--json"))
                .Json.GetProperty("outcome")
                .GetString()
        );
        Assert.False(File.Exists(Abf.Combine("other")));

        Abf.Section("repository")["keyFile"] = KeyFile;
        AssertFault(await Abf.RunAsync("sets"), 2, "repository.keyFile", "repository.passphraseFile");
        Abf.Section("repository").Remove("passphraseFile");
        AssertFault(await Abf.RunAsync("sets"), 2, "'abf key export --write-only FILE'");
    }
}
