using System.Diagnostics;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>resume</c>, <c>cancel</c> and <c>status</c> on a run whose process was killed, or is at work.</summary>
[Trait("needs", "server")]
public sealed class UnfinishedRunTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private static readonly string[] RunMembers = ["run", "outcome"];

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
        Assert.Equal("sealed", (await Abf.RunAsync("status", "--json")).Json.GetProperty("state").GetString());
        JsonElement nothing = (await Abf.RunAsync("resume", "--json")).Json;
        Assert.Equal(RunMembers, Members(nothing));
        Assert.Equal("nothing to resume", nothing.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_killed_run_that_is_given_up_leaves_no_set()
    {
        await KillWhileDumpingAsync();

        JsonElement cancelled = (await Abf.RunAsync("cancel", "--json")).Json;

        Assert.Equal(RunMembers, Members(cancelled));
        Assert.Equal("cancelled", cancelled.GetProperty("outcome").GetString());
        await AssertOnlyTheEarlierSetStandsAsync();
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
        Assert.Equal("cancelled", (await Abf.RunAsync("status", "--json")).Json.GetProperty("state").GetString());
        await AssertOnlyTheEarlierSetStandsAsync();
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
