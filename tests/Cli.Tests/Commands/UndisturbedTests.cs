using System.Diagnostics;
using System.Runtime.Versioning;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>What a run tells, to whom, and who ran before it, are no reason for it to come out otherwise.</summary>
[SupportedOSPlatform("linux")]
[Trait("needs", "linux")]
public sealed class UndisturbedTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private const string Nobody = "65534";

    [Theory]
    [InlineData("mkdir \"$1\"", "is a directory")]
    [InlineData("mkfifo \"$1\"", "is a pipe")]
    [InlineData("ln -s /dev/full \"$1\"", "is a symbolic link")]
    public async Task A_backup_whose_log_and_result_cannot_be_written_commits_its_set(string spoil, string said)
    {
        Directory.CreateDirectory(Abf.State, (UnixFileMode)0x1C0);
        await Shell.RunAsync(spoil, Path.Combine(Abf.State, "abf.log"));
        Abf.Prefix = ["sh", "-c", "exec \"$@\" >/dev/full", "sh"];

        AbfResult backup = await Abf.RunAsync("backup");

        AssertDone(backup);
        Assert.Contains(said, backup.Error, StringComparison.Ordinal);
        Assert.Contains("is sealed; only its result could not be written to stdout", backup.Error);
        Abf.Prefix = [];
        Assert.Equal(2, (await Abf.RunAsync("sets", "--json")).Json.GetArrayLength());
    }

    [Fact]
    public async Task A_backup_goes_on_when_its_terminal_goes_away()
    {
        using Process backup = Abf.StartHeldAt(Setting("database"), "pg_dump", "backup");
        await Abf.WaitUntilHeldAsync(backup);

        await Shell.SignalAsync(backup.Id, "HUP");
        Abf.LetGo();
        await backup.WaitForExitAsync(Token);

        Assert.Equal(0, backup.ExitCode);
        Assert.Equal(2, (await Abf.RunAsync("sets", "--json")).Json.GetArrayLength());
    }

    [Fact]
    public async Task The_tools_of_a_backup_that_is_killed_end_with_it()
    {
        using Process backup = Abf.StartHeldAt(Setting("database"), "pg_dump", "backup");
        await Abf.WaitUntilHeldAsync(backup);
        string tool = Path.Combine(Abf.Combine("held-tools"), "pg_dump");
        Assert.NotEmpty(await Shell.RunAsync("pgrep -f \"^/bin/sh $1\"", tool));

        backup.Kill();
        await backup.WaitForExitAsync(Token);

        while ((await Shell.RunAsync("pgrep -f \"^/bin/sh $1\" || true", tool)).Length > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }
    }

    [Fact]
    public async Task What_root_did_once_is_in_no_services_way()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can be another user");
        Directory.CreateDirectory(Abf.State, (UnixFileMode)0x1C0);
        await Shell.RunAsync("chown -R \"$2:$2\" \"$1\"", Abf.DirectoryPath, Nobody);
        string[] restore = ["restore", "--set", "latest", "--no-database", "--target"];
        AssertDone(await Abf.RunAsync("backup"));
        AssertDone(await Abf.RunAsync("verify"));
        AssertDone(await Abf.RunAsync([.. restore, Abf.Combine("for-alfresco"), "--owner", Nobody]));

        string foreign = await Shell.RunAsync("find \"$1\" \"$2\" ! -uid \"$3\"", Abf.State, Abf.Repository, Nobody);

        Assert.Empty(foreign);
        await Shell.RunAsync("chown \"$2\" \"$1\"", Abf.ConfigFile, Nobody);
        Abf.Prefix = [Tool.Find("setpriv", "util-linux"), $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"];
        foreach (
            string[] command in (string[][])
                [
                    ["verify", "--quiet"],
                    [.. restore, Abf.Combine("again"), "--quiet"],
                    ["sets"],
                ]
        )
        {
            AbfResult asService = await Abf.RunAsync(command);
            AssertDone(asService);
            Assert.Empty(asService.Error);
        }
    }

    [Fact]
    public async Task What_root_left_of_old_is_said_by_name_and_old_journals_are_in_nobodys_way()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can be another user");
        AssertDone(await Abf.RunAsync("verify", "--set", "latest"));
        string journals = Path.Combine(Abf.State, "restores");
        Directory.CreateDirectory(journals, (UnixFileMode)0x1C0);
        await Shell.RunAsync("chown -R \"$2:$2\" \"$1\"; chown root \"$3\"", Abf.DirectoryPath, Nobody, journals);
        Abf.Prefix = [Tool.Find("setpriv", "util-linux"), $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"];

        AssertDone(await Abf.RunAsync("verify"));

        AbfResult restore = await Abf.RunAsync(
            "restore",
            "--set",
            "latest",
            "--no-database",
            "--target",
            Abf.Combine("again")
        );
        AssertFault(restore, 2, "state", journals);
    }
}
