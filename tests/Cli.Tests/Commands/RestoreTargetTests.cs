using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>Whom the target belongs to, down to the directories that no listing names; and that nothing is ever written
/// outside of it.</summary>
[Trait("needs", "linux")]
public sealed class RestoreTargetTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private static readonly string Owner = Environment.IsPrivilegedProcess
        ? "4242:4343"
        : $"{Shell.RunAsync("echo $(id -u):$(id -g)").Result.Trim()}";

    private string Target => Abf.Combine("restored");

    [Fact]
    public async Task The_target_and_what_is_on_the_way_to_a_store_belong_to_the_owner_too()
    {
        AssertDone(await RestoreAsync("--owner", Owner));

        Assert.Equal(Owner, await Shell.OneLineAsync("find \"$1\" -printf '%U:%G\\n' | sort -u", Target));
    }

    [Fact]
    public async Task A_target_that_the_restore_made_takes_after_the_content_store_and_one_that_was_there_stays_as_it_was()
    {
        string root = await Sample.CopyRootAsync(Abf);
        await Shell.RunAsync(
            "cd \"$1\"; chmod 2750 contentstore; chmod 0711 stores/archive; if [ \"$(id -u)\" = 0 ]; then chown 4711:4712 contentstore stores/archive; fi; chmod 2750 contentstore",
            root
        );
        AssertDone(await Abf.RunAsync("backup"));

        AssertDone(await RestoreAsync());

        const string Stat = "stat -c '%a %u:%g' \"$1\"";
        Assert.Equal(await Shell.OneLineAsync(Stat, root + "/contentstore"), await Shell.OneLineAsync(Stat, Target));
        Assert.Equal(
            await Shell.OneLineAsync(Stat, root + "/stores/archive"),
            await Shell.OneLineAsync(Stat, Target + "/stores")
        );

        string prepared = Directory.CreateDirectory(Abf.Combine("prepared")).FullName;
        await Shell.RunAsync("chmod 0705 \"$1\"", prepared);
        string before = await Shell.OneLineAsync(Stat, prepared);
        AssertDone(await Abf.RunAsync("restore", "--set", "latest", "--target", prepared, "--no-database"));
        Assert.Equal(before, await Shell.OneLineAsync(Stat, prepared));
    }

    /// <summary>A file that the database requires is found behind a link, too; the scan, which follows none, lists no
    /// directory there.</summary>
    [Fact]
    public async Task Directories_of_files_that_were_found_behind_a_link_take_after_the_one_above()
    {
        string root = await Sample.CopyRootAsync(Abf);
        await Shell.RunAsync(
            """
            cd "$1/contentstore"; chmod 0751 .; if [ "$(id -u)" = 0 ]; then chown 4711:4712 .; fi
            mkdir "$2"; for year in 20[12]*; do mv "$year" "$2"; ln -s "$2/$year" "$year"; done
            """,
            root,
            Abf.Combine("elsewhere")
        );
        Abf.Section("repository")["url"] = new Uri(Abf.Combine("first-time")).AbsoluteUri;
        AssertDone(await Abf.RunAsync("init"));
        AbfResult backup = await Abf.RunAsync("backup", "--json");
        AssertDone(backup);
        Assert.Equal(0, backup.Json.GetProperty("missing").GetInt64());

        AssertDone(await RestoreAsync());

        const string Directories = "cd \"$1\"; find contentstore/20[12]* -type d -printf '%m %U:%G\\n' | sort -u";
        Assert.Equal(
            await Shell.OneLineAsync("stat -c '%a %u:%g' \"$1\"", root + "/contentstore"),
            await Shell.OneLineAsync(Directories, Target)
        );

        await Shell.RunAsync("rm -rf \"$1\"", Target);
        AssertDone(await RestoreAsync("--owner", Owner));
        Assert.Equal($"751 {Owner}", await Shell.OneLineAsync(Directories, Target));
    }

    /// <summary>Whoever may write into an unfinished target must not be able to turn the restore against the rest of
    /// the machine.</summary>
    [Theory]
    [InlineData("contentstore")]
    [InlineData("stores")]
    public async Task A_link_that_was_put_in_place_of_a_directory_is_refused_and_nothing_is_written_behind_it(
        string planted
    )
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("planted", Token);
        string[] command =
        [
            "restore",
            "--set",
            "latest",
            "--target",
            Target,
            "--database",
            $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
            "--database-password-file",
            Abf.WriteSecret("pw", postgres.Password),
        ];
        using (Process first = Abf.StartHeldAt(Setting("database"), "psql", command))
        {
            await Abf.WaitUntilHeldAsync(first);
            first.Kill();
            await first.WaitForExitAsync(Token);
        }

        Abf.LetGo();
        string outside = Directory.CreateDirectory(Abf.Combine("outside")).FullName;
        await Shell.RunAsync(
            "chmod 0711 \"$2\"; rm -rf \"$1\"; ln -s \"$2\" \"$1\"",
            Path.Combine(Target, planted),
            outside
        );
        string before = await Shell.OneLineAsync("stat -c '%a %u:%g %Y' \"$1\"", outside);

        // With another owner it is another restore, which begins with the files again.
        AssertFault(await Abf.RunAsync([.. command, "--owner", Owner]), 8, Path.Combine(Target, planted), "remove it");

        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.Equal(before, await Shell.OneLineAsync("stat -c '%a %u:%g %Y' \"$1\"", outside));
        File.Delete(Path.Combine(Target, planted));
        AssertDone(await Abf.RunAsync([.. command, "--owner", Owner]));
        await Shell.AssertSameContentAsync(Sample.Installation.Contentstore, Target + "/contentstore");
    }

    private Task<AbfResult> RestoreAsync(params string[] options) =>
        Abf.RunAsync(["restore", "--set", "latest", "--target", Target, "--no-database", .. options]);
}
