using System.Collections.Concurrent;
using System.Text.Json;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// Storage requests of a restore and of a verification go wrong, one in each run: each kind of request, or with
/// <c>ABF_FAULT_SWEEP=full</c> every single one in every way.
/// What comes back is right, or the error is clear and the same command then goes on.
/// </summary>
[Trait("needs", "server")]
public sealed class ReadingFaultTests(
    OnDemand<PostgresServer> postgres,
    OnDemand<AzuriteServer> azurite,
    FaultBenches benches,
    ITestOutputHelper output
)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restore_brings_back_the_right_bytes_or_says_why_not(bool azure)
    {
        PostgresServer server = await postgres.GetAsync();
        FaultBench bench = await benches.GetAsync(postgres);
        RepositoryStores stores = await CopyAsync(bench, azure);
        var requests = new ConcurrentBag<BlobCall>();
        await using RestoreBench undisturbed = await RestoreBench.CreateAsync(bench, server, _token);
        Assert.Null((await undisturbed.RunAsync(FaultBench.Visit(stores, requests.Add), _token)).Failure);
        string expected = await undisturbed.DescribeAsync(_token);

        await SweepAsync(
            requests,
            async (plan, token) =>
            {
                await using RestoreBench restore = await RestoreBench.CreateAsync(bench, server, token);
                FlowInstance run = await restore.RunAsync(plan.Around(stores, new HurriedClock()), token);
                string? error = run.Failure is { } failure ? Describe(failure) : null;
                if (error is not null)
                {
                    run = await restore.RunAsync(stores, token);
                }

                return (
                    error,
                    run.Failure is { } again ? $"the next one failed too: {Describe(again)}"
                    : await restore.DescribeAsync(token) == expected ? null
                    : "not what the set holds"
                );
            }
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_verification_looks_at_everything_or_says_what_it_could_not(bool azure)
    {
        FaultBench bench = await benches.GetAsync(postgres);
        RepositoryStores stores = await CopyAsync(bench, azure);
        var requests = new ConcurrentBag<BlobCall>();
        (VerifyReport? undisturbed, _) = await VerifyAsync(bench, FaultBench.Visit(stores, requests.Add));
        Assert.True(undisturbed!.IsSound);

        await SweepAsync(
            requests,
            async (plan, token) =>
            {
                (VerifyReport? report, string? error) = await VerifyAsync(
                    bench,
                    plan.Around(stores, new HurriedClock())
                );
                error ??= report!.IsSound ? null : report.Findings[0].Line;
                return (
                    error,
                    error is null && report!.Totals != undisturbed.Totals
                        ? $"{report.Totals}, not {undisturbed.Totals}"
                        : null
                );
            }
        );
    }

    private async Task<RepositoryStores> CopyAsync(FaultBench bench, bool azure)
    {
        if (!azure)
        {
            return await bench.CopyToDirectoryAsync(bench.After, bench.NewState(), _token);
        }

        AzuriteCopies copies = await AzuriteCopies.CreateAsync(await azurite.GetAsync(), _token);
        return await copies.CopyAsync(bench.After, http: null, _token);
    }

    /// <param name="run">Returns the error and what is wrong, or null.</param>
    private async Task SweepAsync(
        IEnumerable<BlobCall> requests,
        Func<FaultPlan, CancellationToken, Task<(string? Error, string? Wrong)>> run
    )
    {
        var outcomes = new ConcurrentBag<(StorageFault Way, string Hit, string? Error, string? Wrong)>();
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = _token,
        };
        BlobCall[] inOrder = [.. requests.OrderBy(call => call.Number)];
        await Parallel.ForEachAsync(
            FaultSweep.Choose(
                inOrder,
                StorageFault.All,
                FaultSweep.KindOf,
                (way, call) => way.Matters(call),
                waysEach: 1
            ),
            options,
            async (point, token) =>
            {
                var plan = new FaultPlan(point.Way, point.Request.Number);
                (string? error, string? wrong) = await run(plan, token);
                outcomes.Add((point.Way, plan.Hit, error, wrong));
            }
        );

        foreach (var way in outcomes.GroupBy(outcome => outcome.Way.Name))
        {
            output.WriteLine(
                $"{way.Key}: {way.Count()} of {inOrder.Length} requests, {way.Count(outcome => outcome.Error is not null)} clear errors"
            );
            foreach (var outcome in way.Where(outcome => outcome.Error is not null))
            {
                output.WriteLine($"  {outcome.Error} ({outcome.Hit})");
            }
        }

        Assert.Empty(
            outcomes.Where(o => o.Wrong is not null).Select(o => $"{o.Way.Name}, {o.Hit}: {o.Wrong} [{o.Error}]")
        );
    }

    private static async Task<(VerifyReport? Report, string? Error)> VerifyAsync(
        FaultBench bench,
        RepositoryStores stores
    )
    {
        FlowInstance run = await bench.RunAsync(
            stores,
            bench.NewState(),
            (engine, _) => engine.Start(nameof(VerifyFlow), new VerifyInput(Set: null, ReadData: true), "verify"),
            TestContext.Current.CancellationToken
        );
        return run.Failure is { } failure
            ? (null, Describe(failure))
            : (JsonSerializer.Deserialize(run.Result!, VerifyJson.Default.VerifyResult)!.Report, null);
    }

    private static string Describe(FlowFailure failure)
    {
        Assert.True(
            failure.Kind is ErrorKind.Storage or ErrorKind.Repository,
            $"{failure.Kind} is not clear: {failure.Message}"
        );
        return $"{failure.Kind}: {failure.Message}";
    }
}
