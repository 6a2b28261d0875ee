using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>mirror</c>, the mirrors after a backup, and <c>--expect-head</c>.</summary>
public sealed class MirrorCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Copy => Abf.Combine("copy");

    private string Url => new Uri(Copy).AbsoluteUri;

    [Fact]
    public async Task A_copy_made_without_the_passphrase_restores_and_is_written_by_mirrors_alone()
    {
        Abf.Section("repository").Remove("passphraseFile");
        JsonElement planned = (await Abf.RunAsync("mirror", "--to", Url, "--dry-run", "--json")).Json;
        Assert.False(Directory.Exists(Copy));

        AbfResult mirror = await Abf.RunAsync("mirror", "--to", Url, "--json");

        AssertDone(mirror);
        Assert.Equal(planned.GetProperty("copiedBytes").GetInt64(), mirror.Json.GetProperty("copiedBytes").GetInt64());
        Assert.False(mirror.Json.GetProperty("dryRun").GetBoolean());
        AbfResult again = await Abf.RunAsync("mirror", "--to", Url, "--check", "--json");
        AssertDone(again);
        Assert.Equal(0, again.Json.GetProperty("copiedBlobs").GetInt64());
        Assert.Equal(
            mirror.Json.GetProperty("copiedBlobs").GetInt64(),
            again.Json.GetProperty("checkedBlobs").GetInt64()
        );

        OpenCopy();
        AssertDone(await Abf.RunAsync("verify", "--read-data", "--json"));
        string restored = Abf.Combine("restored");
        AssertDone(await Abf.RunAsync("restore", "--set", "latest", "--target", restored, "--no-database"));
        await Shell.RunAsync("diff -r \"$1/contentstore\" \"$2/contentstore\"", Sample.Installation.Root, restored);
        string secret = Abf.WriteSecret("second", "another passphrase\n");
        foreach (
            string[] command in (string[][])
                [
                    ["backup"],
                    ["prune"],
                    ["forget", "--keep-last", "1"],
                    ["key", "add", "--name", "x", "--new-passphrase-file", secret],
                    ["key", "remove", "x"],
                    ["key", "rotate"],
                    ["key", "export", "--write-only", Abf.Combine("keys.json")],
                ]
        )
        {
            AssertFault(await Abf.RunAsync(command), 2, "is a mirror of", "control/mirror");
        }

        File.Delete(Path.Combine(Copy, "control", "mirror"));
        AssertDone(await Abf.RunAsync("prune", "--json"));
    }

    [Fact]
    public async Task A_name_that_somebody_put_into_the_log_is_told_with_exit_code_3_and_not_copied()
    {
        string planted = Path.Combine("log", "000000000000");
        await File.WriteAllTextAsync(Path.Combine(Abf.Repository, planted), "no entry", Token);

        AbfResult mirror = await Abf.RunAsync("mirror", "--to", Url, "--json");

        Assert.Equal(3, mirror.ExitCode);
        Assert.Equal(1, mirror.Json.GetProperty("unfitBlobs").GetInt64());
        Assert.Contains("behind a gap", mirror.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Copy, planted)));
        File.Delete(Path.Combine(Abf.Repository, planted));
        AssertDone(await Abf.RunAsync("mirror", "--to", Url));
    }

    [Fact]
    public async Task A_copy_that_was_emptied_or_changed_is_told_and_never_overwritten()
    {
        AssertDone(await Abf.RunAsync("mirror", "--to", Url));
        string pack = Directory.EnumerateFiles(Path.Combine(Copy, "packs"), "*", SearchOption.AllDirectories).First();
        byte[] bytes = await File.ReadAllBytesAsync(pack, Token);
        bytes[^1] ^= 1;
        File.Delete(pack);
        await File.WriteAllBytesAsync(pack, bytes, Token);

        AbfResult check = await Abf.RunAsync("mirror", "--to", Url, "--check", "--json");

        Assert.Equal(7, check.ExitCode);
        Assert.Contains(Path.GetFileName(pack), Assert.Single(check.Errors), StringComparison.Ordinal);
        Assert.Equal(1, check.Json.GetProperty("different").GetArrayLength());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(pack, Token));

        Directory.Move(Copy, Abf.Combine("unplugged"));
        AssertFault(await Abf.RunAsync("mirror", "--to", Url), 6, Copy);
        Directory.CreateDirectory(Copy);
        AssertFault(await Abf.RunAsync("mirror", "--to", Url), 7, "Nothing was copied", "it has no log", "--repair");
        Assert.Empty(Directory.EnumerateFiles(Copy, "*", SearchOption.AllDirectories));
        AssertDone(await Abf.RunAsync("mirror", "--to", Url, "--repair"));
        OpenCopy();
        AssertDone(await Abf.RunAsync("verify", "--read-data", "--json"));
    }

    /// <summary>The source is put back from an older copy, and another repository is begun in its place.</summary>
    [Fact]
    public async Task What_was_seen_of_an_emptied_copy_is_in_the_way_until_a_repair_or_another_repository()
    {
        string older = Abf.Combine("older");
        await Shell.RunAsync("cp -a \"$1\" \"$2\"", Abf.Repository, older);
        string second = Abf.WriteSecret("second", "another passphrase\n");
        AssertDone(await Abf.RunAsync("key", "add", "--name", "x", "--new-passphrase-file", second));
        AssertDone(await Abf.RunAsync("mirror", "--to", Url));
        Directory.Delete(Abf.Repository, recursive: true);
        Directory.Move(older, Abf.Repository);
        string heads = Path.Combine(Abf.State, "heads");
        string seen = Assert.Single(Directory.GetFiles(heads, "mirror-*.json"));
        File.Delete(Assert.Single(Directory.GetFiles(heads, "????????????????????????????????.json")));
        Directory.Delete(Copy, recursive: true);
        Directory.CreateDirectory(Copy);

        AssertFault(await Abf.RunAsync("mirror", "--to", Url), 7, "it has no log", "--repair", seen);
        AssertDone(await Abf.RunAsync("mirror", "--to", Url, "--repair"));
        AssertDone(await Abf.RunAsync("mirror", "--to", Url));

        Directory.Delete(Abf.Repository, recursive: true);
        Directory.Delete(Copy, recursive: true);
        Directory.CreateDirectory(Copy);
        AssertDone(await Abf.RunAsync("init"));
        AssertDone(await Abf.RunAsync("mirror", "--to", Url));
    }

    [Fact]
    public async Task With_mirrors_each_backup_is_followed_by_them_and_what_fails_there_is_loud()
    {
        string never = Abf.Combine("never");
        Abf.Config["mirror"] = new JsonArray(
            new JsonObject { ["url"] = Url },
            new JsonObject { ["url"] = new Uri(never).AbsoluteUri, ["every"] = "30d" }
        );
        AbfResult backup = await Abf.RunAsync("backup", "--json");
        AssertDone(backup);
        string set = backup.Json.GetProperty("id").GetString()!;
        DateTime written = LastWriteTimeOf(never);
        AssertDone(await Abf.RunAsync("backup", "--json"));
        Assert.Equal(written, LastWriteTimeOf(never));

        Directory.Delete(Path.Combine(Copy, "log"), recursive: true);
        AbfResult loud = await Abf.RunAsync("backup", "--json");

        Assert.Equal(3, loud.ExitCode);
        Assert.Contains(
            "mirrors do not have it: mirror.0: Nothing was copied",
            Assert.Single(loud.Errors),
            StringComparison.Ordinal
        );
        Assert.Contains("it has no log", loud.Json.GetProperty("mirrorFault").GetString()!, StringComparison.Ordinal);
        Assert.Equal(3, (await Abf.RunAsync("status", "--json")).ExitCode);
        Abf.Config.Remove("mirror");
        AssertDone(await Abf.RunAsync("mirror", "--to", Url, "--repair"));
        OpenCopy();
        JsonElement sets = (await Abf.RunAsync("sets", "--json")).Json;
        Assert.Equal(4, sets.GetArrayLength());
        Assert.Contains(sets.EnumerateArray(), one => one.GetProperty("id").GetString() == set);

        static DateTime LastWriteTimeOf(string place) =>
            Directory.EnumerateFiles(Path.Combine(place, "log")).Max(File.GetLastWriteTimeUtc);
    }

    [Fact]
    public async Task A_head_that_a_script_remembers_must_be_in_the_log()
    {
        JsonElement head = (await Abf.RunAsync("stats", "--json")).Json.GetProperty("head");
        string seen = $"{head.GetProperty("sequence").GetInt64()}:{head.GetProperty("sha256").GetString()}";
        string last = (await Abf.RunAsync("sets")).Out.TrimEnd().Split('\n')[^1];
        Assert.Equal($"head of the log: entry {seen.Replace(":", ", ", StringComparison.Ordinal)}", last);
        AssertDone(await Abf.RunAsync("backup", "--json"));
        string other = seen[..^1] + (seen[^1] == '0' ? '1' : '0');
        string later = "999:" + seen.Split(':')[1];
        foreach (
            string[] command in (string[][])
                [
                    ["sets"],
                    ["show", "latest"],
                    ["stats"],
                    ["mirror", "--to", Url],
                ]
        )
        {
            AssertDone(await Abf.RunAsync([.. command, "--expect-head", seen]));
            AssertFault(await Abf.RunAsync([.. command, "--expect-head", other]), 7, "was seen in it before");
            AssertFault(await Abf.RunAsync([.. command, "--expect-head", later]), 7, "was seen in it before");
            AssertFault(await Abf.RunAsync([.. command, "--expect-head", "newest"]), 2, "SEQUENCE:SHA256");
        }
    }

    [Fact]
    public async Task A_target_that_cannot_be_one_is_named()
    {
        AssertFault(
            await Abf.RunAsync("mirror", "--to", new Uri(Abf.Repository).AbsoluteUri + "/"),
            2,
            "the repository itself"
        );
        AssertFault(await Abf.RunAsync("mirror", "--to", "ftp://host/x"), 2, "ftp://host/x", "file:///path");
        AbfResult signed = await Abf.RunAsync("mirror", "--to", "https://h.example/c?sv=1&sig=hidden");
        AssertFault(signed, 2, "--to holds a signature", "--connection-string-file");
        Assert.DoesNotContain("hidden", signed.Error, StringComparison.Ordinal);
        Abf.Section("repository")["encryption"] = "none";
        Abf.Section("repository")["url"] = Url;
        AssertDone(await Abf.RunAsync("init"));
        Abf.Section("repository")["url"] = new Uri(Abf.Repository).AbsoluteUri;
        AssertFault(await Abf.RunAsync("mirror", "--to", Url), 7, "belongs to another repository", Copy);
    }

    /// <summary>The copy as another machine opens it.</summary>
    private void OpenCopy()
    {
        Abf.Section("repository")["url"] = Url;
        Abf.Section("repository")["passphraseFile"] = Abf.PassphraseFile;
        Abf.Config["state"] = Abf.Combine("other-state");
    }
}
