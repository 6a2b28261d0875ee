using System.Diagnostics;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>resume</c>, <c>cancel</c> and <c>status</c> on a run whose process was killed, or is running.</summary>
[Trait("needs", "server")]
public sealed class UnfinishedRunTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private static readonly string[] RunMembers = ["run", "outcome", "freedPacks", "freedBytes"];

    [Fact]
    public async Task A_killed_run_is_driven_to_its_end_and_what_it_began_without_is_not_added()
    {
        await KillWhileDumpingAsync();
        JsonElement status = (await Abf.RunAsync("status", "--json")).Json;
        Assert.Equal(
            [
                "state",
                "run",
                "started",
                "updated",
                "phase",
                "detail",
                "filesDone",
                "filesTotal",
                "bytesDone",
                "bytesTotal",
                "bytesPerSecond",
                "estimatedEnd",
                "error",
                "activities",
            ],
            Members(status)
        );
        Assert.Equal(130, (await Abf.RunAsync("status")).ExitCode);
        Assert.Equal(
            ("interrupted", "database"),
            (status.GetProperty("state").GetString(), status.GetProperty("phase").GetString())
        );
        string run = status.GetProperty("run").GetString()!;
        AssertFault(
            await Abf.RunAsync("backup", "--accept-content-loss"),
            2,
            "--accept-content-loss",
            run,
            "abf cancel"
        );

        AbfResult resumed = await Abf.RunAsync("resume", "--json");

        AssertDone(resumed);
        Assert.Equal(run, resumed.Json.GetProperty("id").GetString());
        Assert.Equal(
            [
                "id",
                "installation",
                "consistent",
                "unproven",
                "missing",
                "sourceMissing",
                "sourceChanged",
                "files",
                "bytes",
                "addedBytes",
                "warnings",
                "storage",
            ],
            Members(resumed.Json)
        );
        AbfResult after = await Abf.RunAsync("status", "--json");
        Assert.Equal((0, "sealed"), (after.ExitCode, after.Json.GetProperty("state").GetString()));
        JsonElement nothing = (await Abf.RunAsync("resume", "--json")).Json;
        Assert.Equal(RunMembers, Members(nothing));
        Assert.Equal("nothing to resume", nothing.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_killed_run_that_is_given_up_leaves_no_set()
    {
        string before = await DataAsync();
        await RenewIndexAsync();
        await KillWhileDumpingAsync();
        Assert.NotEqual(before, await DataAsync());

        JsonElement cancelled = (await Abf.RunAsync("cancel", "--json")).Json;

        Assert.Equal(RunMembers, Members(cancelled));
        Assert.Equal("cancelled", cancelled.GetProperty("outcome").GetString());
        Assert.True(cancelled.GetProperty("freedPacks").GetInt64() > 0);
        Assert.Equal(before, await DataAsync());
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task What_a_failed_run_has_stored_is_deleted_by_cancel_and_the_earlier_set_stays_whole()
    {
        string before = await DataAsync();
        string root = await Sample.CopyRootAsync(Abf);
        await Shell.RunAsync("cd \"$1\"/contentstore; rm -r 20[0-9]*; head -c 3000000 /dev/urandom >new.bin", root);
        AbfResult failed = await Abf.RunAsync("backup");
        Assert.True(failed.ExitCode == 5, failed.Error);
        Assert.NotEqual(before, await DataAsync());
        Assert.Equal(5, (await Abf.RunAsync("status")).ExitCode);

        AbfResult cancel = await Abf.RunAsync("cancel");

        AssertDone(cancel);
        Assert.Matches(@"^no run is unfinished; \d+ packs of runs without a set, \d\.\d MiB, are deleted", cancel.Out);
        Assert.Equal(before, await DataAsync());
        await AssertOnlyTheEarlierSetStandsAsync();
        Assert.Equal("no run is unfinished", (await Abf.RunAsync("cancel")).Out.Trim());
    }

    [Fact]
    public async Task A_process_at_work_hears_that_its_run_is_given_up()
    {
        using Process backup = Abf.StartHeldAt(Setting("database"), "pg_dump");
        await Abf.WaitUntilHeldAsync(backup);

        AbfResult cancel = await Abf.RunAsync("cancel", "--json");

        AssertDone(cancel);
        Assert.Equal("asked", cancel.Json.GetProperty("outcome").GetString());
        await backup.WaitForExitAsync(Token);
        Assert.Equal(130, backup.ExitCode);
        Assert.Contains("cancelled", await backup.StandardError.ReadToEndAsync(Token));
        AbfResult status = await Abf.RunAsync("status", "--json");
        Assert.Equal((130, "cancelled"), (status.ExitCode, status.Json.GetProperty("state").GetString()));
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    /// <summary>All that is stored but the log, by name.</summary>
    private Task<string> DataAsync() =>
        Shell.RunAsync(
            "cd \"$1\"; find . -type f \\( -path './packs/*' -o -path './index/*' -o -path './runs/*' \\) | sort",
            Abf.Repository
        );

    /// <summary>So that the run has something to store before the dump.</summary>
    private async Task RenewIndexAsync()
    {
        string root = await Sample.CopyRootAsync(Abf);
        await Shell.RunAsync(
            "cd \"$1\"; find backup-lucene-indexes -name _1.cfs | while read f; do head -c 300000 /dev/urandom >\"$f\"; done",
            root
        );
    }

    private static string[] Members(JsonElement document) => [.. document.EnumerateObject().Select(p => p.Name)];

    private async Task KillWhileDumpingAsync()
    {
        using Process backup = Abf.StartHeldAt(Setting("database"), "pg_dump");
        await Abf.WaitUntilHeldAsync(backup);
        await Shell.SignalAsync(backup.Id, "KILL");
        await backup.WaitForExitAsync(Token);
        Abf.LetGo();
    }
}
