using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>What a target of a restore that is not fit gets: a refusal before anything is written, or a restore that
/// goes on once it is corrected.</summary>
public sealed class TargetFaultTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Target => Abf.Combine("restored");

    [Fact]
    public async Task A_full_disk_is_named_and_the_restore_goes_on_when_there_is_room()
    {
        string disk = Abf.Combine("disk");

        AbfResult full = await FullDisk.RunAsync(
            Abf,
            disk,
            "1024k",
            move: null,
            ["restore", "--set", "latest", "--target", disk, "--no-database", "--any-space"]
        );
        AssertFault(full, 8, $"target '{disk}", "the disk is full", "make room");
        Assert.True(File.Exists(disk + ".left/.abf-restore"), "what is unfinished is marked");

        await Shell.RunAsync("rm -rf \"$1\"", disk + ".left");
        AbfResult second = await FullDisk.RunAsync(
            Abf,
            disk,
            "1024k",
            move: null,
            ["restore", "--set", "latest", "--target", disk, "--no-database", "--any-space"],
            more: "64m"
        );
        AssertDone(second);
        await AssertRestoredAsync(disk + ".left");

        string[] first = await File.ReadAllLinesAsync(disk + ".first", Token);
        string[] last = await File.ReadAllLinesAsync(disk + ".second", Token);
        Assert.True(
            first.Intersect(last).Count() >= first.Length - 2,
            "but for those in work, no file was written twice"
        );
    }

    [Fact]
    public async Task A_target_that_is_not_empty_is_left_alone()
    {
        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(Path.Combine(Target, "letter.txt"), "dear", Token);
        string before = await Shell.StatAsync(Target);

        AssertFault(await RestoreAsync("--no-database"), 8, "--target", Target, "not empty");
        Assert.Equal(before, await Shell.StatAsync(Target));

        string file = Abf.WriteSecret("a-file", "x");
        AssertFault(
            await Abf.RunAsync("restore", "--set", "latest", "--target", file, "--no-database"),
            8,
            "--target",
            file,
            "is a file"
        );
    }

    [Fact]
    public async Task The_marker_of_another_set_is_refused_and_a_foreign_one_too()
    {
        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(
            Path.Combine(Target, ".abf-restore"),
            """{"set":"20200101T000000Z-00000000","repository":"x","database":"Untouched"}""",
            Token
        );
        AssertFault(
            await RestoreAsync("--no-database"),
            8,
            "--target",
            Target,
            "20200101T000000Z-00000000",
            "finish that one, or name an empty directory"
        );

        await File.WriteAllTextAsync(Path.Combine(Target, ".abf-restore"), "what is this", Token);
        AssertFault(await RestoreAsync("--no-database"), 8, Target, ".abf-restore");
        Assert.Single(Directory.GetFileSystemEntries(Target));
    }

    [Fact]
    public async Task A_database_that_is_not_empty_is_refused_before_anything_is_written()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("full", Token);
        await postgres.ExecuteAsync("CREATE TABLE mine (id INT); INSERT INTO mine VALUES (7)", database, Token);

        AssertFault(
            await RestoreAsync("--database", Url(postgres, database), "--database-password-file", Password(postgres)),
            8,
            "--database",
            database,
            "not empty",
            "mine"
        );

        Assert.False(Directory.Exists(Target));
        Assert.Contains("7", await Shell.DumpAsync(postgres, database));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_or_entered_is_refused()
    {
        PostgresServer postgres = await ServerAsync();
        string guessed = Abf.WriteSecret("guessed", "guessed-it");

        AbfResult wrong = await RestoreAsync(
            "--database",
            Url(postgres, "postgres"),
            "--database-password-file",
            guessed
        );
        AssertFault(wrong, 8, "--database-password-file");
        Assert.DoesNotContain("guessed-it", wrong.Error);
        AssertFault(
            await RestoreAsync("--database", Url(postgres, "absent"), "--database-password-file", Password(postgres)),
            8,
            "--database",
            "absent"
        );
        AssertFault(
            await RestoreAsync(
                "--database",
                $"mysql://root@{postgres.Host}:{FreePort.Next()}/alfresco",
                "--database-password-file",
                guessed
            ),
            8,
            "--database",
            "PostgreSQL"
        );
        Assert.False(Directory.Exists(Target));
    }

    [Fact]
    public async Task A_password_in_the_database_url_is_refused_and_written_nowhere()
    {
        const string Secret = "in-plain-sight";
        foreach (
            string url in (string[])
                [
                    $"postgresql://alfresco:{Secret}@127.0.0.1:1/alfresco",
                    $"postgresql://alfresco@127.0.0.1:1/alfresco?password={Secret}",
                ]
        )
        {
            AbfResult result = await RestoreAsync("--database", url);
            AssertFault(result, 2, "--database holds a password", "--database-password-file");
            Assert.DoesNotContain(Secret, result.Error);
        }

        Assert.Empty(await Shell.RunAsync("grep -r -l -- \"$1\" \"$2\" || true", Secret, Abf.DirectoryPath));
    }

    [Theory]
    [InlineData("either --database")]
    [InlineData("either --database", "--no-database", "--database", "postgresql://a@b/c")]
    [InlineData("--owner", "--no-database", "--owner", "nobody-of-this-name:users")]
    [InlineData("--owner", "--no-database", "--owner", "a:b:c")]
    [InlineData("is not a database URL", "--database", "c")]
    [InlineData("has no user", "--database", "postgresql://b/c")]
    [InlineData(
        "--database-password-file",
        "--database",
        "postgresql://a@127.0.0.1:1/c",
        "--database-password-file",
        "/nowhere/at/all"
    )]
    public async Task A_wrong_option_is_exit_code_2(string says, params string[] options)
    {
        AssertFault(await RestoreAsync(options), 2, says);

        Assert.False(Directory.Exists(Target));
    }

    private static string Url(PostgresServer postgres, string database) =>
        $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}";

    private string Password(PostgresServer postgres) => Abf.WriteSecret("target-password", postgres.Password + "\n");

    private Task<AbfResult> RestoreAsync(params string[] options) =>
        Abf.RunAsync(["restore", "--set", "latest", "--target", Target, .. options]);

    private async Task AssertRestoredAsync(string target)
    {
        await Shell.AssertSameContentAsync(Sample.Installation.Contentstore, Path.Combine(target, "contentstore"));
        Assert.False(File.Exists(Path.Combine(target, ".abf-restore")));
    }
}
