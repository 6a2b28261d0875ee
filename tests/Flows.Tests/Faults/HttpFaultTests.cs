using System.Collections.Concurrent;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// The connection to Azurite goes wrong beneath the SDK, once in each run: its next try meets what the first one may
/// have left behind, such as a blob that exists already or a lease that is held. A backup does not notice. Each kind of
/// request, or with <c>ABF_FAULT_SWEEP=full</c> every single one in every way.
/// </summary>
[Trait("needs", "server")]
public sealed class HttpFaultTests(
    OnDemand<PostgresServer> postgres,
    OnDemand<AzuriteServer> azurite,
    FaultBenches benches,
    ITestOutputHelper output
)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_breaks_at_any_request_changes_nothing()
    {
        FaultBench bench = await benches.GetAsync(postgres);
        AzuriteCopies copies = await AzuriteCopies.CreateAsync(await azurite.GetAsync(), _token);
        var requests = new ConcurrentBag<HttpCall>();
        await RunAsync(
            bench,
            copies,
            call =>
            {
                requests.Add(call);
                return null;
            },
            _token
        );

        var wrong = new ConcurrentBag<string>();
        var hits = new ConcurrentBag<HttpFault>();
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = _token,
        };
        await Parallel.ForEachAsync(
            FaultSweep.Choose(
                requests.OrderBy(call => call.Number),
                Enum.GetValues<HttpFault>(),
                call => call.Does,
                Matters,
                waysEach: 2
            ),
            options,
            async (point, token) =>
            {
                HttpCall? hit = null;
                List<string> faults = await RunAsync(
                    bench,
                    copies,
                    call =>
                    {
                        hit = call.Number == point.Request.Number ? call : hit;
                        return call.Number == point.Request.Number ? point.Way : null;
                    },
                    token
                );
                faults.ForEach(fault => wrong.Add($"{point.Way}, {hit}: {fault}"));
                if (hit is not null)
                {
                    hits.Add(point.Way);
                }
            }
        );

        foreach (IGrouping<HttpFault, HttpFault> way in hits.GroupBy(hit => hit))
        {
            output.WriteLine($"{way.Key}: {way.Count()} of {requests.Count} requests");
        }

        Assert.Empty(wrong);
    }

    /// <summary>Answers to a change have no body.</summary>
    private static bool Matters(HttpFault way, HttpCall call) =>
        way != HttpFault.AnswerCut || call.Does.StartsWith("GET", StringComparison.Ordinal);

    private static async Task<List<string>> RunAsync(
        FaultBench bench,
        AzuriteCopies copies,
        Func<HttpCall, HttpFault?> plan,
        CancellationToken token
    )
    {
        using var faulty = new FaultyHttp(new SocketsHttpHandler(), plan);
        RepositoryStores stores = await copies.CopyAsync(bench.Before, faulty, token);
        FlowInstance run = await bench.BackupAsync(stores, bench.NewState(), token);
        return run.Status == RuntimeStatus.Completed
            ? await bench.FindFaultsAsync(stores, sets: 2, token)
            : [run.Failure!.Message];
    }
}
