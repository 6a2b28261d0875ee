using System.Collections.Concurrent;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// A process of its own kills itself with SIGKILL at a request to a directory store, and a fresh one goes on: a sample
/// of the kinds of requests, because starting processes takes most of the time. <c>ABF_FAULT_SWEEP=full</c> takes every
/// request, before and after. Without processes: <see cref="KilledAtRequestTests"/>.
/// </summary>
[Trait("needs", "server")]
public sealed class KilledProcessTests(
    OnDemand<PostgresServer> postgres,
    FaultBenches benches,
    ITestOutputHelper output
)
{
    private const int Killed = 128 + 9;
    private const int OneIn = 2;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fresh_process_goes_on_to_the_undisturbed_set()
    {
        FaultBench bench = await benches.GetAsync(postgres);
        Death[] deaths =
        [
            .. Death.Choose(bench, waysEach: 1).Where((_, number) => SweepDepth.IsFull || number % OneIn == 0),
        ];
        var wrong = new ConcurrentBag<string>();
        int killed = 0;
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = _token,
        };
        await Parallel.ForEachAsync(
            deaths,
            options,
            async (death, token) =>
            {
                string state = bench.NewState();
                string place = state + "-store";
                RepositoryStores stores = await bench.CopyToDirectoryAsync(bench.Before, place, token);
                (int code, string said) = await bench.RunHostAsync(state, place, death, token);
                List<string> faults = [];
                if (code == Killed)
                {
                    Interlocked.Increment(ref killed);
                    faults = await bench.FindFaultsAsync(stores, sets: 1, token);
                    (code, said) = await bench.RunHostAsync(state, place, default, token);
                }

                faults.AddRange(
                    code == 0 ? await bench.FindFaultsAsync(stores, sets: 2, token) : [$"exit code {code}: {said}"]
                );
                faults.ForEach(fault => wrong.Add($"{death} of {bench.Requests.Length}: {fault}"));
            }
        );

        output.WriteLine($"{killed} processes killed at {deaths.Length} of {bench.Requests.Length} requests");
        Assert.Empty(wrong);
    }
}
