using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>restore --repair</c>: a damaged installation gets back what it lost, and nothing else of it is
/// touched.</summary>
public sealed class RestoreRepairTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Target => Abf.Combine("damaged");

    private string Store => Path.Combine(Target, "contentstore");

    private string Differing => Path.Combine(Target, "abf-differing-files.txt");

    [Fact]
    public async Task What_is_missing_comes_back_and_what_differs_is_named_and_kept_until_overwrite_is_said()
    {
        string whole = await RestoreContentAsync();
        string[] documents = Documents();
        string[] missing = documents[..3];
        Array.ForEach(missing, File.Delete);
        string gone = Path.GetDirectoryName(documents[^1])!;
        Directory.Delete(gone, recursive: true);
        await FlipAsync(documents[4]);
        await File.AppendAllTextAsync(documents[5], "more", Token);
        await File.WriteAllTextAsync(Path.Combine(Store, "own.bin"), "newer than the set", Token);
        string flipped = Convert.ToHexString(await File.ReadAllBytesAsync(documents[4], Token));

        AbfResult dry = await RepairAsync("--dry-run", "--json");
        Assert.False(File.Exists(missing[0]), "nothing is written");
        AbfResult kept = await RepairAsync("--json");

        Assert.Equal((3, 3), (dry.ExitCode, kept.ExitCode));
        JsonElement repaired = kept.Json.GetProperty("repaired");
        Assert.Equal(
            (2, 0),
            (repaired.GetProperty("differing").GetInt32(), repaired.GetProperty("replaced").GetInt32())
        );
        Assert.True(repaired.GetProperty("missing").GetInt32() >= 4);
        Assert.Equal(Counts(dry.Json.GetProperty("repaired")), Counts(repaired));
        Assert.Equal(flipped, Convert.ToHexString(await File.ReadAllBytesAsync(documents[4], Token)));
        Assert.Equal(
            [documents[4], documents[5]],
            File.ReadLines(Differing)
                .Skip(1)
                .Select(line => line.Split('\t'))
                .Select(line => Path.Combine(Target, line[0], line[1]))
                .Order(StringComparer.Ordinal)
        );
        Assert.Contains("it has other bytes than in the set", kept.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Target, ".abf-restore")), "it is done");

        AbfResult replaced = await RepairAsync("--overwrite", "--json");

        AssertDone(replaced);
        Assert.Equal(2, replaced.Json.GetProperty("repaired").GetProperty("replaced").GetInt32());
        Assert.False(File.Exists(Differing), "nothing differs");
        Assert.Equal("newer than the set", await File.ReadAllTextAsync(Path.Combine(Store, "own.bin"), Token));
        File.Delete(Path.Combine(Store, "own.bin"));
        Assert.Equal(whole, await TreeAsync());
    }

    /// <summary>Whoever can write into the store must not lead a repair, which runs as root, elsewhere.</summary>
    [Fact]
    [Trait("needs", "linux")]
    public async Task Planted_links_are_neither_followed_nor_written_through()
    {
        await RestoreContentAsync();
        string[] documents = Documents();
        string outside = Abf.Combine("outside");
        Directory.CreateDirectory(outside);
        string victim = Path.Combine(outside, "victim");
        await File.WriteAllTextAsync(victim, "mine", Token);
        File.Delete(documents[0]);
        File.CreateSymbolicLink(documents[0], victim);

        AbfResult kept = await RepairAsync();
        Assert.Equal(3, kept.ExitCode);
        Assert.Contains("it is a symbolic link", kept.Error, StringComparison.Ordinal);
        Assert.NotNull(new FileInfo(documents[0]).LinkTarget);
        AssertDone(await RepairAsync("--overwrite"));
        Assert.Null(new FileInfo(documents[0]).LinkTarget);
        Assert.Equal("mine", await File.ReadAllTextAsync(victim, Token));

        string year = Path.Combine(Store, Path.GetRelativePath(Store, documents[0]).Split('/')[0]);
        Directory.Move(year, Path.Combine(outside, "year"));
        Directory.CreateSymbolicLink(year, Path.Combine(outside, "year"));
        File.Delete(documents[0]);

        AssertFault(await RepairAsync("--overwrite"), 8, "symbolic link");
        Assert.False(File.Exists(documents[0]), "nothing was written behind the link");
    }

    /// <summary>A directory may hold what somebody needs: it is never replaced. A pipe is not waited for.</summary>
    [Fact]
    [Trait("needs", "linux")]
    public async Task What_is_no_file_is_named()
    {
        await RestoreContentAsync();
        string[] documents = Documents();
        File.Delete(documents[0]);
        Directory.CreateDirectory(documents[0]);
        File.Delete(documents[1]);
        await Shell.RunAsync("mkfifo \"$1\"", documents[1]);

        AbfResult restore = await RepairAsync("--overwrite");

        Assert.Equal(3, restore.ExitCode);
        Assert.Contains("it is a directory", restore.Error, StringComparison.Ordinal);
        Assert.True(Directory.Exists(documents[0]));
        Assert.True(new FileInfo(documents[1]).Length > 0, "the pipe is replaced");
    }

    /// <summary>What the repository lost as well must not take the damaged copy with it.</summary>
    [Fact]
    public async Task What_the_repository_lost_leaves_the_damaged_file_as_it_is()
    {
        await RestoreContentAsync();
        string document = Documents()[0];
        await FlipAsync(document);
        byte[] damaged = await File.ReadAllBytesAsync(document, Token);
        foreach (
            string pack in Directory
                .GetFiles(Path.Combine(Abf.Repository, "packs"), "*", SearchOption.AllDirectories)
                .Where(pack => File.ReadAllBytes(pack)[5] == 5)
        )
        {
            File.Delete(pack);
        }

        AbfResult restore = await RepairAsync("--overwrite", "--json");

        Assert.Equal(3, restore.ExitCode);
        Assert.Equal(1, restore.Json.GetProperty("lost").GetInt32());
        Assert.Equal(damaged, await File.ReadAllBytesAsync(document, Token));
        Assert.Empty(Directory.GetFiles(Target, ".abf-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_no_damaged_installation() =>
        AssertFault(await RepairAsync(), 8, "does not exist", "--repair");

    private static (int, int, int, int) Counts(JsonElement repaired) =>
        (
            repaired.GetProperty("same").GetInt32(),
            repaired.GetProperty("missing").GetInt32(),
            repaired.GetProperty("replaced").GetInt32(),
            repaired.GetProperty("differing").GetInt32()
        );

    /// <returns>The installation as it was.</returns>
    private async Task<string> RestoreContentAsync()
    {
        AssertDone(
            await Abf.RunAsync(
                "restore",
                "--set",
                "latest",
                "--target",
                Target,
                "--roots",
                "contentstore",
                "stores/archive"
            )
        );
        return await TreeAsync();
    }

    private string[] Documents() =>
        [.. Directory.GetFiles(Store, "*.bin", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>As a disk does it: neither size nor time tells.</summary>
    private static async Task FlipAsync(string file)
    {
        DateTime time = File.GetLastWriteTimeUtc(file);
        byte[] bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Token);
        File.SetLastWriteTimeUtc(file, time);
    }

    /// <summary>Owners, modes and bytes of everything, and the times of files: what gets a file has a new time.</summary>
    private Task<string> TreeAsync() =>
        Shell.RunAsync(
            """
            cd "$1"
            find contentstore stores \( -type d -printf '%p %y %m %U %G\n' -o -printf '%p %y %m %U %G %T@ %s\n' \) | sort
            find contentstore stores -type f -exec sha256sum {} + | sort
            """,
            Target
        );

    private Task<AbfResult> RepairAsync(params string[] options) =>
        Abf.RunAsync(["restore", "--set", "latest", "--target", Target, "--repair", .. options]);
}
