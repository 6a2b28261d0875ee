using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>A restore that was stopped goes on with the same command.</summary>
public sealed class RestoreResumeTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Target => Abf.Combine("restored");

    [Theory]
    [InlineData("INT")]
    [InlineData("KILL")]
    public async Task Stopped_in_the_database_it_goes_on_without_touching_a_file(string signal)
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("resumed", Token);
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
            await Shell.SignalAsync(first.Id, signal);
            await first.WaitForExitAsync(Token);
            Assert.Equal(signal == "INT" ? 130 : 137, first.ExitCode);
            if (signal == "INT")
            {
                string error = await first.StandardError.ReadToEndAsync(Token);
                Assert.Contains("interrupted; the same command goes on where it stopped", error);
            }
        }

        string files = await Shell.InodesAsync(Target + "/contentstore");
        Assert.True(File.Exists(Path.Combine(Target, ".abf-restore")));
        Abf.LetGo();

        AssertDone(await Abf.RunAsync(command));

        Assert.Equal(files, await Shell.InodesAsync(Target + "/contentstore"));
        Assert.False(File.Exists(Path.Combine(Target, ".abf-restore")));
        await Shell.AssertSameContentAsync(Sample.Installation.Contentstore, Target + "/contentstore");
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));
    }

    [Fact]
    public async Task Killed_among_the_files_it_keeps_those_that_are_whole()
    {
        string[] command = ["restore", "--set", "latest", "--target", Target, "--no-database"];
        using (Process first = Abf.Start(command))
        {
            while (
                !Directory.Exists(Target)
                || !Directory.EnumerateFiles(Target, "*.bin", SearchOption.AllDirectories).Any()
            )
            {
                Assert.False(first.HasExited);
                await Task.Yield();
            }

            first.Kill();
            await first.WaitForExitAsync(Token);
        }

        // Whole is what has its recorded time already: it is set last.
        string[] whole =
        [
            .. (
                await Shell.RunAsync("cd \"$1\"; find . -type f -not -newermt -1hour -printf '%P %i\\n' | sort", Target)
            ).Split('\n'),
        ];

        AssertDone(await Abf.RunAsync(command));

        string[] after =
        [
            .. (await Shell.RunAsync("cd \"$1\"; find . -type f -printf '%P %i\\n' | sort", Target)).Split('\n'),
        ];
        Assert.Empty(whole.Except(after));
        await Shell.AssertSameContentAsync(Sample.Installation.Contentstore, Target + "/contentstore");
        Assert.Equal(
            await Shell.StatAsync(Sample.Installation.Contentstore),
            await Shell.StatAsync(Target + "/contentstore")
        );
    }

    [Fact]
    public async Task Another_owner_or_another_database_is_heeded_when_it_goes_on()
    {
        PostgresServer postgres = await ServerAsync();
        string first = await postgres.CreateDatabaseAsync("first", Token);
        string second = await postgres.CreateDatabaseAsync("second", Token);
        string password = Abf.WriteSecret("pw", postgres.Password);
        string[] Command(string database) =>
            [
                "restore",
                "--set",
                "latest",
                "--target",
                Target,
                "--database",
                $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
                "--database-password-file",
                password,
            ];
        using (Process stopped = Abf.StartHeldAt(Setting("database"), "psql", Command(first)))
        {
            await Abf.WaitUntilHeldAsync(stopped);
            stopped.Kill();
            await stopped.WaitForExitAsync(Token);
        }

        Abf.LetGo();
        string owner = Environment.IsPrivilegedProcess
            ? "4242:4343"
            : (await Shell.RunAsync("echo $(id -u):$(id -g)")).Trim();

        AssertDone(await Abf.RunAsync([.. Command(second), "--owner", owner]));

        string owners = await Shell.RunAsync(
            "cd \"$1\"; find contentstore keystore -printf '%U:%G\\n' | sort -u",
            Target
        );
        Assert.Equal(owner, owners.Trim());
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, second));
    }
}
