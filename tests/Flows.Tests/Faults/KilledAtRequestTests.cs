using System.Collections.Concurrent;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// The backup dies at every storage request before it is served, and at every one that changes something after it, and is started again. In this process: from that request on nothing reaches the store, and no
/// activity has a result. A process of its own that is killed: <see cref="KilledProcessTests"/>.
/// </summary>
[Trait("needs", "server")]
public sealed class KilledAtRequestTests(OnDemand<PostgresServer> server, ITestOutputHelper output)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_that_died_at_any_request_goes_on_to_the_undisturbed_set(bool served)
    {
        using FaultBench bench = await FaultBench.CreateAsync(await server.GetAsync(), _token);
        var wrong = new ConcurrentBag<string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = _token };
        int deaths = 0;
        await Parallel.ForEachAsync(bench.Requests.Where(call => !served || FaultBench.Changes(call)), options, async (call, token) =>
        {
            RepositoryStores stores = await bench.CopyToMemoryAsync(token);
            string state = bench.NewState();
            string where = await DieAsync(bench, stores, state, call.Number, served, token);
            _ = where.Length > 0 ? Interlocked.Increment(ref deaths) : 0;
            FlowInstance run = await bench.BackupAsync(stores, state, token);
            List<string> faults = run.Status == RuntimeStatus.Completed ? await bench.FindFaultsAsync(stores, atLeast: 2, token) : [run.Failure!.Message];
            if (faults.Count == 0 && await bench.DescribeNewestAsync(stores, token) != bench.Undisturbed)
            {
                faults.Add("not the undisturbed set");
            }

            faults.ForEach(fault => wrong.Add($"{where}: {fault}"));
        });

        output.WriteLine($"{deaths} deaths at {bench.Requests.Length} requests, {(served ? "after" : "before")} each was served");
        Assert.Empty(wrong);
    }

    /// <returns>Where it died; empty where the backup has fewer requests this time.</returns>
    private static async Task<string> DieAsync(FaultBench bench, RepositoryStores stores, string state, int at, bool after, CancellationToken token)
    {
        using var death = CancellationTokenSource.CreateLinkedTokenSource(token);
        string where = "";
        RepositoryStores mortal = FaultBench.Visit(stores, new RequestNumbers(), async (call, served, request) =>
        {
            if (call.Number == at && served == after)
            {
                where = call.ToString();
                _ = Task.Run(death.Cancel, CancellationToken.None);
            }

            if (where.Length > 0)
            {
                // No answer will come any more.
                await Task.Delay(Timeout.Infinite, request);
            }
        });
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
