using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>Which set is restored, how much of it, and that all that stands in the way is said at once.</summary>
public sealed class RestoreChoiceTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Target => Abf.Combine("restored");

    [Fact]
    public async Task Latest_is_the_newest_consistent_set_and_a_newer_one_that_is_not_is_named()
    {
        (string consistent, string newer) = await BackUpTwiceAsync();

        AbfResult restore = await Abf.RunAsync(
            "restore",
            "--set",
            "latest",
            "--target",
            Target,
            "--no-database",
            "--json"
        );

        AssertDone(restore);
        Assert.Equal(consistent, restore.Json.GetProperty("set").GetString());
        Assert.Contains(newer, restore.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_comes_back_alone()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("alone", Token);
        string[] command =
        [
            "restore",
            "--set",
            "latest",
            "--database-only",
            "--database",
            UrlOf(postgres, database),
            "--database-password-file",
            Abf.WriteSecret("pw", postgres.Password),
        ];

        AssertDone(await Abf.RunAsync([.. command, "--dry-run"]));
        AbfResult restore = await Abf.RunAsync([.. command, "--json"]);

        AssertDone(restore);
        Assert.Equal(
            (0, 50, true),
            (
                restore.Json.GetProperty("files").GetInt32(),
                restore.Json.GetProperty("required").GetInt32(),
                restore.Json.GetProperty("database").GetBoolean()
            )
        );
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Abf.State, "database-restores")));
        AssertFault(await Abf.RunAsync([.. command, "--target", Target]), 2, "--database-only", "leave out --target");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_stands_in_the_way_is_said_at_once_before_anything_is_written(bool dryRun)
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("full", Token);
        await postgres.ExecuteAsync("CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT 1'", database, Token);
        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(Path.Combine(Target, "old"), "old", Token);

        AbfResult restore = await Abf.RunAsync([
            "restore",
            "--set",
            "latest",
            "--target",
            Target,
            "--database",
            UrlOf(postgres, database),
            "--database-password-file",
            Abf.WriteSecret("pw", postgres.Password),
            .. dryRun ? ["--dry-run"] : Array.Empty<string>(),
        ]);

        Assert.Equal(8, restore.ExitCode);
        Assert.Equal(2, restore.Errors.Length);
        Assert.Contains(restore.Errors, line => line.Contains("it has 'old'", StringComparison.Ordinal));
        Assert.Contains(
            restore.Errors,
            line => line.Contains("it has the function public.a", StringComparison.Ordinal)
        );
        Assert.Equal(["old"], Directory.GetFileSystemEntries(Target).Select(Path.GetFileName));
    }

    [Fact]
    public async Task The_file_systems_own_directory_is_no_content()
    {
        Directory.CreateDirectory(Path.Combine(Target, "lost+found"));

        AssertDone(await Abf.RunAsync("restore", "--set", "latest", "--target", Target, "--no-database"));
    }

    /// <summary>A file system in memory takes as many files as it is told.</summary>
    [Theory]
    [Trait("needs", "linux")]
    [InlineData("size=64m,nr_inodes=9", "inodes free")]
    [InlineData("size=8k", "bytes free")]
    [InlineData("size=64m,ro", "read-only")]
    public async Task A_target_that_cannot_take_the_files_is_found_before_the_first(string options, string says)
    {
        string directory = Directory.CreateDirectory(Abf.Combine("disk")).FullName;
        string[] rootElsewhere = Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];
        Abf.Prefix =
        [
            Tool.Find("unshare", "util-linux"),
            "--mount",
            .. rootElsewhere,
            "sh",
            "-euc",
            "mount -t tmpfs -o \"$1\" none \"$2\"; shift 2; exec \"$@\"",
            "sh",
            options,
            directory,
        ];

        AbfResult restore = await Abf.RunAsync(
            "restore",
            "--set",
            "latest",
            "--target",
            directory,
            "--no-database",
            "--dry-run"
        );

        AssertFault(restore, 8, directory, says);
    }

    /// <summary>A file has another size than the database says, which counts for the second set alone.</summary>
    private async Task<(string Consistent, string Newer)> BackUpTwiceAsync()
    {
        string root = await Sample.CopyRootAsync(Abf);
        Abf.Section("repository")["url"] = new Uri(Abf.Combine("first-time")).AbsoluteUri;
        AssertDone(await Abf.RunAsync("init"));
        string file = Directory
            .EnumerateFiles(Path.Combine(root, "contentstore"), "*.bin", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .First();
        await File.AppendAllTextAsync(file, "more", Token);
        Setting("content")["checkSizes"] = false;
        AbfResult first = await Abf.RunAsync("backup", "--json");
        AssertDone(first);
        Setting("content")["checkSizes"] = true;
        AbfResult second = await Abf.RunAsync("backup", "--json");
        Assert.Equal(3, second.ExitCode);
        return (IdOf(first), IdOf(second));

        static string IdOf(AbfResult backup) => backup.Json.GetProperty("id").GetString()!;
    }

    private static string UrlOf(PostgresServer postgres, string database) =>
        $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}";
}
