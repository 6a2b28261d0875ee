using System.Collections.Concurrent;
using System.Collections.Immutable;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// A process of its own kills itself with SIGKILL at a request to a directory store, and a fresh one goes on: a sample of the requests, because starting processes
/// takes most of the time. <c>ABF_FAULT_SWEEP=full</c> takes every request, before and after; without processes, <see cref="KilledAtRequestTests"/> always does.
/// </summary>
[Trait("needs", "server")]
public sealed class KilledProcessTests(OnDemand<PostgresServer> server, ITestOutputHelper output)
{
    private const int Killed = 128 + 9;
    private const int OneIn = 3;
    private const int OneOfTheOthersIn = 25;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fresh_process_goes_on_to_the_undisturbed_set()
    {
        using FaultBench bench = await FaultBench.CreateAsync(await server.GetAsync(), _token);
        ImmutableArray<(BlobCall Call, bool After)> deaths = Choose(bench.Requests);
        var wrong = new ConcurrentBag<string>();
        int killed = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = _token };
        await Parallel.ForEachAsync(deaths, options, async (death, token) =>
        {
            string state = bench.NewState();
            string place = state + "-store";
            RepositoryStores stores = await bench.CopyToDirectoryAsync(place, token);
            (int code, string said) = await bench.RunHostAsync(state, place, death.Call.Number, death.After, token);
            _ = code == Killed ? Interlocked.Increment(ref killed) : 0;
            List<string> faults = [];
            if (code == Killed)
            {
                faults = await bench.FindFaultsAsync(stores, atLeast: 1, token);
                (code, said) = await bench.RunHostAsync(state, place, at: 0, after: false, token);
            }

            faults.AddRange(code == 0 ? await bench.FindFaultsAsync(stores, atLeast: 2, token) : [$"exit code {code}: {said}"]);
            if (faults.Count == 0 && await bench.DescribeNewestAsync(stores, token) != bench.Undisturbed)
            {
                faults.Add("not the undisturbed set");
            }

            faults.ForEach(fault => wrong.Add($"{(death.After ? "after" : "before")} {death.Call}: {fault}"));
        });

        output.WriteLine($"{killed} processes killed at {deaths.Length} of {bench.Requests.Length} requests");
        Assert.Empty(wrong);
    }

    private static ImmutableArray<(BlobCall Call, bool After)> Choose(ImmutableArray<BlobCall> requests) =>
        Environment.GetEnvironmentVariable("ABF_FAULT_SWEEP") == "full"
            ? [.. requests.SelectMany(call => new[] { (call, false), (call, true) })]
            : [
                .. requests.Where(FaultBench.Changes).Where((_, number) => number % OneIn == 0).Select(call => (call, true)),
                .. requests.Where((_, number) => number % OneOfTheOthersIn == 0).Select(call => (call, false)),
            ];
}
