using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// Storage requests of a small backup go wrong, one in each run: each kind of request, or with
/// <c>ABF_FAULT_SWEEP=full</c> every single one in every way. What is real and what is not: <see cref="FaultBench"/>.
/// </summary>
[Trait("needs", "server")]
public sealed class StorageFaultTests(
    OnDemand<PostgresServer> postgres,
    OnDemand<AzuriteServer> azurite,
    FaultBenches benches,
    ITestOutputHelper output
)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fault_at_any_request_to_a_directory_ends_in_a_correct_set_or_a_clear_error()
    {
        FaultBench bench = await benches.GetAsync(postgres);
        await SweepAsync(
            bench,
            waysEach: 3,
            token => bench.CopyToDirectoryAsync(bench.Before, bench.NewState(), token)
        );
    }

    [Fact]
    public async Task A_fault_at_any_request_to_Azure_ends_in_a_correct_set_or_a_clear_error()
    {
        FaultBench bench = await benches.GetAsync(postgres);
        AzuriteCopies copies = await AzuriteCopies.CreateAsync(await azurite.GetAsync(), _token);
        await SweepAsync(bench, waysEach: 1, token => copies.CopyAsync(bench.Before, http: null, token));
    }

    private async Task SweepAsync(FaultBench bench, int waysEach, Func<CancellationToken, Task<RepositoryStores>> copy)
    {
        var outcomes = new ConcurrentBag<Outcome>();
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = _token,
        };
        await Parallel.ForEachAsync(
            FaultSweep.Choose(
                bench.Requests,
                StorageFault.All,
                FaultSweep.KindOf,
                (way, call) => way.Matters(call),
                waysEach
            ),
            options,
            async (point, token) =>
                outcomes.Add(await RunAsync(bench, await copy(token), point.Way, point.Request.Number, token))
        );

        foreach (IGrouping<string, Outcome> way in outcomes.GroupBy(outcome => outcome.Way))
        {
            output.WriteLine(
                $"{way.Key}: {way.Count()} of {bench.Requests.Length} requests; {way.Count(o => o.Error is null)} sets, {way.Count(o => o.Error is not null)} clear errors"
            );
            foreach (IGrouping<string?, Outcome> errors in way.Where(o => o.Error is not null).GroupBy(o => o.Error))
            {
                output.WriteLine($"  {errors.Count()} x {errors.Key} ({errors.First().Call})");
            }
        }

        Assert.Empty(
            outcomes
                .Where(o => o.Wrong.Count > 0)
                .Select(o => $"{o.Way}, {o.Call}: {string.Join("; ", o.Wrong.Take(3))} [{o.Error}]")
        );
    }

    private static async Task<Outcome> RunAsync(
        FaultBench bench,
        RepositoryStores stores,
        StorageFault way,
        int number,
        CancellationToken token
    )
    {
        FaultPlan plan = new(way, number);
        string state = bench.NewState();
        FlowInstance run = await bench.BackupAsync(plan.Around(stores, new HurriedClock()), state, token);
        var wrong = new List<string>();
        string? error = null;
        if (run.Status != RuntimeStatus.Completed)
        {
            error = $"{run.Failure!.Kind}: {Shorten(run.Failure.Message)}";
            if (run.Failure.Kind is not (ErrorKind.Storage or ErrorKind.Repository))
            {
                wrong.Add("the error is not clear");
            }

            wrong.AddRange(await bench.FindFaultsAsync(stores, sets: 1, token));
            FlowInstance next = await bench.BackupAsync(stores, state, token);
            if (next.Status != RuntimeStatus.Completed)
            {
                wrong.Add($"the next backup failed too: {next.Failure!.Message}");
                return new Outcome(way.Name, plan.Hit, error, wrong);
            }
        }

        wrong.AddRange(await bench.FindFaultsAsync(stores, sets: 2, token));
        return new Outcome(way.Name, plan.Hit, error, wrong);
    }

    /// <summary>Without names that differ from run to run.</summary>
    private static string Shorten(string message) =>
        Regex.Replace(message, "[0-9a-fA-F]{8,}|[0-9]{6,}", "*", RegexOptions.NonBacktracking);

    private sealed record Outcome(string Way, string Call, string? Error, List<string> Wrong);
}
