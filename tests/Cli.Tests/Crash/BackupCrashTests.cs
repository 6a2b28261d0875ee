using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>
/// The real executable, a real PostgreSQL, a directory store, SIGKILL. Twenty kills over several runs, each started
/// again with the same command. <c>ABF_CRASH_SEED</c> repeats a sequence of moments; what a moment meets depends on the
/// machine. <c>ABF_CRASH_KILLS</c> asks for fewer or more; the workflow asks for fifty once a week.
/// </summary>
[Trait("needs", "server")]
public sealed class BackupCrashTests(OnDemand<PostgresServer> server, ITestOutputHelper output)
{
    private static readonly int s_kills = int.TryParse(
        Environment.GetEnvironmentVariable("ABF_CRASH_KILLS"),
        out int kills
    )
        ? kills
        : 20;

    private const int KillsOfTheFirstRun = 10;
    private const int KillsOfALaterRun = 5;

    /// <summary>
    /// What two activities have stored since their last receipts, each up to three packs here, and what fills or goes up.
    /// </summary>
    private const int PacksInFlight = 8;

    /// <summary>Frames are cut elsewhere, small packs begin anew, and a dump's first chunk may differ.</summary>
    private const long SlackOfAKill = 128 << 10;

    [Fact]
    public async Task Kills_at_random_moments_cost_no_set_and_no_upload_and_every_run_goes_on()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ABF_CRASH_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"ABF_CRASH_SEED={seed}");
        var random = new Random(seed);
        using CrashBench bench = await CrashBench.CreateAsync(await server.GetAsync(), random);
        var sources = new List<(string Set, string[] Source)>();
        var phases = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int kills = 0, runs = 0; kills < s_kills; runs++)
        {
            await bench.ChangeAsync(runs == 0 ? 300 : 60, runs == 0 ? 7 : 2);
            Killer killer = await MeasureAsync(bench, random);
            PackCensus before = runs == 0 ? new PackCensus(0, 0, 0, 0) : await bench.CountPacksAsync(bench.Abf);

            (AbfResult? last, int killed) = await killer.RunAsync(
                Math.Min(s_kills - kills, runs == 0 ? KillsOfTheFirstRun : KillsOfALaterRun),
                AfterKillAsync,
                "backup",
                "--json"
            );

            Assert.True(last is null or { ExitCode: 0 }, $"{last?.ExitCode}: {last?.Error}");
            kills += killed;
            sources.Add((CrashBench.ReadJournal(bench.Abf).Run, bench.TakeSource()));
            CheckJournal(bench, runs, killed);
            await CheckUploadsAsync(bench, before, killed);
            Assert.Equal(await bench.DescribeNewestAsync(bench.Calm), await bench.DescribeNewestAsync(bench.Abf));

            async Task<bool> AfterKillAsync()
            {
                string phase = CrashBench.ReadPhase(bench.Abf);
                phases[phase] = phases.GetValueOrDefault(phase) + 1;
                await bench.AssertSoundAsync(bench.Abf, runs, readData: false);
                return CrashBench.CountCompleted(bench.Abf, unfinished: 1) > runs;
            }
        }

        output.WriteLine(
            $"{s_kills} kills in {sources.Count} runs, by phase: {string.Join(", ", phases.Select(phase => $"{phase.Key} {phase.Value}"))}"
        );
        await bench.AssertSoundAsync(bench.Abf, sources.Count, readData: true);
        foreach ((string set, string[] source) in sources)
        {
            await bench.AssertRestoresAsync(bench.Abf, set, source);
        }
    }

    /// <summary>Takes the undisturbed backup, which tells how long one takes and how many blobs it makes.</summary>
    private static async Task<Killer> MeasureAsync(CrashBench bench, Random random)
    {
        int before = Killer.CountFiles(bench.Calm.Repository);
        var watch = Stopwatch.StartNew();
        await CrashBench.AssertDoneAsync(bench.Calm, "backup");
        return new Killer(
            bench.Abf,
            random,
            bench.Abf.Repository,
            watch.Elapsed,
            Killer.CountFiles(bench.Calm.Repository) - before
        );
    }

    /// <summary>One run in the journal for each set, with no call more than an undisturbed one has: it went on, and
    /// never over.</summary>
    private void CheckJournal(CrashBench bench, int earlier, int killed)
    {
        (_, var calm) = CrashBench.ReadJournal(bench.Calm);
        (string run, var counts) = CrashBench.ReadJournal(bench.Abf);
        Assert.Equal(earlier + 1, CrashBench.CountCompleted(bench.Abf, unfinished: 0));
        Assert.Equal(calm.Select(c => (c.Activity, c.Calls)), counts.Select(c => (c.Activity, c.Calls)));
        int calls = counts.Sum(c => c.Calls);
        int starts = counts.Sum(c => c.Starts);
        output.WriteLine($"run {run}: {killed} kills, {calls} activity calls, {starts} starts");
        Assert.InRange(starts, calls, calls + (killed * new EngineOptions().MaxParallelActivities));
    }

    private async Task CheckUploadsAsync(CrashBench bench, PackCensus before, int killed)
    {
        PackCensus packs = await bench.CountPacksAsync(bench.Abf);
        PackCensus calm = await bench.CountPacksAsync(bench.Calm);
        int orphans = packs.Orphans - before.Orphans;
        output.WriteLine(
            $"  packs: {packs.Bytes} bytes in {packs.Packs}, of which {packs.OrphanBytes} in {packs.Orphans} died with a process; undisturbed {calm.Bytes} in {calm.Packs}"
        );
        Assert.InRange(orphans, 0, killed * PacksInFlight);
        Assert.InRange(packs.Bytes - packs.OrphanBytes, 0, calm.Bytes + (s_kills * SlackOfAKill));
    }
}
