using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>
/// As <see cref="BackupCrashTests"/>, smaller: the real executable against Azurite, with its real leases and a
/// passphrase. A start that found the dead process's lease in its way would end busy.
/// </summary>
[Trait("needs", "server")]
public sealed class AzureCrashTests(
    OnDemand<PostgresServer> postgres,
    OnDemand<AzuriteServer> azurite,
    ITestOutputHelper output
)
{
    private const int Kills = 6;

    [Fact]
    public async Task A_backup_to_a_container_that_is_killed_goes_on_at_once()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ABF_CRASH_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"ABF_CRASH_SEED={seed}");
        using CrashBench bench = await CrashBench.CreateAsync(
            await postgres.GetAsync(),
            await azurite.GetAsync(),
            new Random(seed)
        );
        await bench.ChangeAsync(documents: 100, large: 2);
        var watch = Stopwatch.StartNew();
        AbfResult first = await CrashBench.AssertDoneAsync(bench.Abf, "backup", "--json");
        var killer = new Killer(bench.Abf, new Random(seed), bench.Abf.State, watch.Elapsed, usualSteps: 0);
        string[] firstSource = bench.TakeSource();
        await bench.ChangeAsync(documents: 100, large: 3);

        (AbfResult? last, int kills) = await killer.RunAsync(
            Kills,
            () => Task.FromResult(CrashBench.CountCompleted(bench.Abf, unfinished: 1) == 2),
            "backup",
            "--json"
        );

        Assert.True(last is null or { ExitCode: 0 }, $"{last?.ExitCode}: {last?.Error}");
        (string set, var counts) = CrashBench.ReadJournal(bench.Abf);
        output.WriteLine(
            $"{kills} kills, {counts.Sum(c => c.Calls)} activity calls, {counts.Sum(c => c.Starts)} starts"
        );
        Assert.Equal(2, CrashBench.CountCompleted(bench.Abf, unfinished: 0));
        Assert.InRange(
            counts.Sum(c => c.Starts),
            counts.Sum(c => c.Calls),
            counts.Sum(c => c.Calls) + (kills * new EngineOptions().MaxParallelActivities)
        );
        await CrashBench.AssertDoneAsync(bench.Abf, "verify", "--read-data");
        await bench.AssertRestoresAsync(bench.Abf, first.Json.GetProperty("id").GetString()!, firstSource);
        await bench.AssertRestoresAsync(bench.Abf, set, bench.TakeSource());
    }
}
