using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>Two processes at one job: the second is told who has it, and the first does not notice.</summary>
[Trait("needs", "server")]
public sealed class TwoAtOnceTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task A_second_backup_names_the_process_of_the_first_and_does_not_disturb_it()
    {
        using Process first = Abf.StartHeldAt(Setting("database"), "pg_dump");
        await Abf.WaitUntilHeldAsync(first);

        AssertFault(await Abf.RunAsync("backup"), 4, "state", $"process {first.Id}", "wait");
        AssertFault(await Abf.RunAsync("resume"), 4, $"process {first.Id}");
        AbfResult status = await Abf.RunAsync("status", "--json");
        Assert.Equal((0, "running"), (status.ExitCode, status.Json.GetProperty("state").GetString()));

        // Another state directory stands for another host: there the lease is in the way, and nothing is evicted.
        string state = Abf.State;
        Abf.Config["state"] = Abf.Combine("another-host");
        AssertFault(await Abf.RunAsync("backup"), 4, "lease", "another backup of it is running", "abf status");
        Abf.Config["state"] = state;

        Abf.LetGo();
        await first.WaitForExitAsync(Token);
        Assert.True(first.ExitCode == 0, await first.StandardError.ReadToEndAsync(Token));
        Assert.Equal(2, (await Abf.RunAsync("sets", "--json")).Json.GetArrayLength());
        AssertDone(await Abf.RunAsync("verify", "--read-data"));
    }
}
