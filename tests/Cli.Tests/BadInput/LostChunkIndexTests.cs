using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>Index blobs that the store lost, on the host that has them in its cache and on a new one: the same
/// findings, the same files, and the next backup heals them.</summary>
public sealed class LostChunkIndexTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    /// <summary>Each kind of harm below the command, with and without a cache: the tests of the repository. Through the
    /// command two of them, and all where sweeps are full.</summary>
    public static TheoryData<string, bool> Harms =>
        SweepDepth.IsFull
            ? new()
            {
                { "deleted", true },
                { "zeroed", true },
                { "cut", true },
                { "flipped", true },
                { "deleted", false },
                { "flipped", false },
            }
            : new() { { "deleted", true }, { "flipped", false } };

    [Theory]
    [MemberData(nameof(Harms))]
    public async Task A_lost_index_blob_is_found_is_in_nobodys_way_and_is_healed(string harm, bool warm)
    {
        AssertDone(await Abf.RunAsync("show", "latest", "--path", "contentstore"));
        string name = await HarmAsync(harm);
        ForgetUnless(warm);

        AbfResult verify = await Abf.RunAsync("verify", "--read-data");
        Assert.Equal(7, verify.ExitCode);
        Assert.Contains(
            verify.Errors,
            e => e.Contains(name, StringComparison.Ordinal) && e.Contains(Sample.Set, StringComparison.Ordinal)
        );
        ForgetUnless(warm);
        AssertDone(await Abf.RunAsync("show", "latest", "--path", "contentstore"));
        ForgetUnless(warm);
        await RestoresAsync("before", warm ? null : name);

        AbfResult backup = await Abf.RunAsync("backup", "--json");
        AssertDone(backup);
        Assert.Contains(
            backup.Json.GetProperty("warnings").EnumerateArray(),
            w => w.GetString()!.Contains(name, StringComparison.Ordinal)
        );
        foreach (bool known in (bool[])[true, false])
        {
            ForgetUnless(known);
            verify = await Abf.RunAsync("verify", "--read-data");
            Assert.True(verify.ExitCode == 0, verify.Error);
            Assert.Empty(verify.Errors);
        }

        await RestoresAsync("after", warns: null);
        AbfResult next = await Abf.RunAsync("backup", "--json");
        AssertDone(next);
        Assert.DoesNotContain(
            next.Json.GetProperty("warnings").EnumerateArray(),
            w => w.GetString()!.Contains("index blob", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_index_blob_that_only_a_later_set_needs_is_not_in_the_way_of_the_set_before()
    {
        string[] before = Directory.GetFiles(Path.Combine(Abf.Repository, "index"));
        await ChangeSourceAsync();
        AssertDone(await Abf.RunAsync("backup"));
        string later = (await Abf.RunAsync("sets", "--json")).Json[0].GetProperty("id").GetString()!;
        foreach (string own in Directory.GetFiles(Path.Combine(Abf.Repository, "index")).Except(before))
        {
            File.Delete(own);
        }

        ForgetUnless(warm: false);
        AssertDone(await Abf.RunAsync("verify", "--read-data", "--set", Sample.Set));
        await RestoresAsync("restored", "index/");
        AbfResult verify = await Abf.RunAsync("verify", "--set", later);
        Assert.Equal(7, verify.ExitCode);
        Assert.Contains(verify.Errors, e => e.Contains(later, StringComparison.Ordinal));
        Assert.Equal(7, (await Abf.RunAsync("verify")).ExitCode);
    }

    /// <param name="warns">What the restore says on stderr; null: nothing of the index.</param>
    private async Task RestoresAsync(string target, string? warns)
    {
        AbfResult restore = await Abf.RunAsync(
            "restore",
            "--set",
            Sample.Set,
            "--target",
            Abf.Combine(target),
            "--no-database"
        );
        AssertDone(restore);
        Assert.Equal(warns is not null, restore.Error.Contains(warns ?? "index blob", StringComparison.Ordinal));
        await Shell.AssertSameContentAsync(
            Sample.Installation.Contentstore,
            Path.Combine(Abf.Combine(target), "contentstore")
        );
    }

    private async Task<string> HarmAsync(string harm)
    {
        string path = Directory
            .GetFiles(Path.Combine(Abf.Repository, "index"))
            .MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = await File.ReadAllBytesAsync(path, Token);
        File.Delete(path);
        if (harm != "deleted")
        {
            byte[] harmed =
                harm == "cut" ? bytes[..^1]
                : harm == "zeroed" ? new byte[bytes.Length]
                : bytes;
            harmed[^1] ^= (byte)(harm == "flipped" ? 1 : 0);
            await File.WriteAllBytesAsync(path, harmed, Token);
        }

        return $"index/{Path.GetFileName(path)}";
    }

    private void ForgetUnless(bool warm)
    {
        if (!warm)
        {
            Directory.Delete(Abf.State, recursive: true);
        }
    }
}
