using System.Collections.Concurrent;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// The backup dies at a storage request before it is served, or at one that changes something after it, and is started
/// again: at each kind of request, or with <c>ABF_FAULT_SWEEP=full</c> at every single one. In this process: from that
/// request on nothing reaches the store, and no activity has a result. A process of its own that is killed: <see
/// cref="KilledProcessTests"/>.
/// </summary>
[Trait("needs", "server")]
public sealed class KilledAtRequestTests(
    OnDemand<PostgresServer> postgres,
    OnDemand<AzuriteServer> azurite,
    FaultBenches benches,
    ITestOutputHelper output
)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_that_died_at_any_request_to_a_directory_goes_on_to_the_undisturbed_set()
    {
        FaultBench bench = await benches.GetAsync(postgres);
        await SweepAsync(
            bench,
            waysEach: 2,
            token => bench.CopyToDirectoryAsync(bench.Before, bench.NewState(), token)
        );
    }

    [Fact]
    public async Task A_backup_that_died_at_any_request_to_Azure_goes_on_to_the_undisturbed_set()
    {
        FaultBench bench = await benches.GetAsync(postgres);
        AzuriteCopies copies = await AzuriteCopies.CreateAsync(await azurite.GetAsync(), _token);
        await SweepAsync(bench, waysEach: 1, token => copies.CopyAsync(bench.Before, http: null, token));
    }

    private async Task SweepAsync(FaultBench bench, int waysEach, Func<CancellationToken, Task<RepositoryStores>> copy)
    {
        var wrong = new ConcurrentBag<string>();
        var deaths = new ConcurrentBag<bool>();
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = _token,
        };
        await Parallel.ForEachAsync(
            Death.Choose(bench, waysEach),
            options,
            async (death, token) =>
            {
                RepositoryStores stores = await copy(token);
                string state = bench.NewState();
                string where = await DieAsync(bench, stores, state, death, token);
                if (where.Length > 0)
                {
                    deaths.Add(death.Served);
                }

                FlowInstance run = await bench.BackupAsync(stores, state, token);
                List<string> faults =
                    run.Status == RuntimeStatus.Completed
                        ? await bench.FindFaultsAsync(stores, sets: 2, token)
                        : [run.Failure!.Message];
                faults.ForEach(fault => wrong.Add($"{(death.Served ? "after" : "before")} {where}: {fault}"));
            }
        );

        output.WriteLine(
            $"{deaths.Count(served => !served)} deaths before and {deaths.Count(served => served)} after one of {bench.Requests.Length} requests was served"
        );
        Assert.Empty(wrong);
    }

    /// <returns>Where it died; empty where the backup has fewer requests this time.</returns>
    private static async Task<string> DieAsync(
        FaultBench bench,
        RepositoryStores stores,
        string state,
        Death at,
        CancellationToken token
    )
    {
        using var death = CancellationTokenSource.CreateLinkedTokenSource(token);
        string where = "";
        RepositoryStores mortal = FaultBench.Visit(
            stores,
            async (call, served, request) =>
            {
                if (call.Number == at.Number && served == at.Served)
                {
                    where = call.ToString();
                    _ = Task.Run(death.Cancel, CancellationToken.None);
                }

                if (where.Length > 0)
                {
                    // No answer will come any more.
                    await Task.Delay(Timeout.Infinite, request);
                }
            }
        );
        try
        {
            FlowInstance run = await bench.BackupAsync(mortal, state, death.Token);
            Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        }
        catch (OperationCanceledException) when (where.Length > 0)
        {
            // Dead.
        }

        return where;
    }
}

/// <param name="Number">Of the request.</param>
/// <param name="Served">After it was served, not before.</param>
internal readonly record struct Death(int Number, bool Served)
{
    /// <summary>Before any request, and after each that changes something: any other is the same as before the
    /// next.</summary>
    public static IEnumerable<Death> Choose(FaultBench bench, int waysEach) =>
        FaultSweep
            .Choose(
                bench.Requests,
                [true, false],
                FaultSweep.KindOf,
                (served, call) => !served || FaultSweep.Changes(call),
                waysEach
            )
            .Select(point => new Death(point.Request.Number, point.Way));
}
