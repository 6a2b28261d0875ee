using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// Every storage request of a small backup goes wrong, one in each run, in every way. What is real and what is not: <see cref="FaultBench"/>.
/// </summary>
[Trait("needs", "server")]
public sealed class StorageFaultTests(OnDemand<PostgresServer> server, ITestOutputHelper output)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults => [.. Kinds.Keys];

    private static Dictionary<string, BlobFault> Kinds { get; } = new(StringComparer.Ordinal)
    {
        ["read cut short"] = new BlobFault { Truncate = true },
        ["late by two minutes"] = new BlobFault { Delay = TimeSpan.FromMinutes(2) },
        ["fails before"] = new BlobFault { FailBefore = true },
        ["answer lost"] = new BlobFault { FailAfter = true },
        ["refused"] = new BlobFault { FailBefore = true, Permanent = true },
        ["refused after it was done"] = new BlobFault { FailAfter = true, Permanent = true },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_at_any_request_ends_in_a_correct_set_or_a_clear_error(string kind)
    {
        using FaultBench bench = await FaultBench.CreateAsync(await server.GetAsync(), _token);
        await SweepAsync(bench, kind, bench.Requests.Where(call => Matters(kind, call)), bench.CopyToMemoryAsync);
    }

    [Fact]
    public async Task A_directory_store_does_no_worse()
    {
        using FaultBench bench = await FaultBench.CreateAsync(await server.GetAsync(), _token);
        await SweepAsync(bench, "fails before", bench.Requests.Where(call => call.Number % 6 == 1), bench.CopyToDirectoryAsync);
        await SweepAsync(bench, "answer lost", bench.Requests.Where(call => call.Number % 6 == 4), bench.CopyToDirectoryAsync);
    }

    /// <summary>Only reads are cut short; after a read, a lost answer is no other than one that never came; and a late answer is the same everywhere.</summary>
    private static bool Matters(string kind, BlobCall call) => kind switch
    {
        "read cut short" => call.Verb is BlobVerb.Read,
        "answer lost" or "refused after it was done" => FaultBench.Changes(call),
        "late by two minutes" => call.Number % 8 == 0,
        _ => true,
    };

    private async Task SweepAsync(FaultBench bench, string kind, IEnumerable<BlobCall> calls, Func<CancellationToken, Task<RepositoryStores>> copy)
    {
        var outcomes = new ConcurrentBag<Outcome>();
        await Parallel.ForEachAsync(calls, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = _token }, async (call, token) =>
        {
            RepositoryStores stores = await copy(token);
            outcomes.Add(await RunAsync(bench, stores, Kinds[kind], call.Number, token));
        });

        output.WriteLine($"{kind}: {outcomes.Count} of {bench.Requests.Length} requests; {outcomes.Count(o => o.Error is null)} sets, {outcomes.Count(o => o.Error is not null)} clear errors");
        foreach (IGrouping<string?, Outcome> errors in outcomes.Where(o => o.Error is not null).GroupBy(o => o.Error))
        {
            output.WriteLine($"  {errors.Count()} x {errors.Key} ({errors.First().Call})");
        }

        Assert.Empty(outcomes.Where(o => o.Wrong.Count > 0).Select(o => $"{kind}, {o.Call}: {string.Join("; ", o.Wrong.Take(3))} [{o.Error}]"));
    }

    private static async Task<Outcome> RunAsync(FaultBench bench, RepositoryStores stores, BlobFault fault, int number, CancellationToken token)
    {
        int calls = 0;
        string hit = $"call {number} was not reached";
        BlobFault? Plan(BlobCall call)
        {
            if (Interlocked.Increment(ref calls) != number)
            {
                return null;
            }

            hit = $"call {number}: {call.Verb} {call.Name}";
            return fault;
        }

        var clock = new HurriedClock();
        var faulty = new RepositoryStores(new FaultInjectingBlobStore(stores.Blobs, Plan, clock), new FaultInjectingBlobStore(stores.Control, Plan, clock));
        string state = bench.NewState();
        FlowInstance run = await bench.BackupAsync(faulty, state, token);
        var wrong = new List<string>();
        string? error = null;
        if (run.Status != RuntimeStatus.Completed)
        {
            error = $"{run.Failure!.Kind}: {Shorten(run.Failure.Message)}";
            if (run.Failure.Kind is not (ErrorKind.Storage or ErrorKind.Repository))
            {
                wrong.Add("the error is not clear");
            }

            wrong.AddRange(await bench.FindFaultsAsync(stores, atLeast: 1, token));
            FlowInstance next = await bench.BackupAsync(stores, state, token);
            if (next.Status != RuntimeStatus.Completed)
            {
                wrong.Add($"the next backup failed too: {next.Failure!.Message}");
                return new Outcome(hit, error, wrong);
            }
        }

        wrong.AddRange(await bench.FindFaultsAsync(stores, atLeast: 2, token));
        if (wrong.Count == 0 && await bench.DescribeNewestAsync(stores, token) is var newest && newest != bench.Undisturbed)
        {
            wrong.Add($"not the undisturbed set:\n{newest}\n{bench.Undisturbed}");
        }

        return new Outcome(hit, error, wrong);
    }

    /// <summary>Without names that differ from run to run.</summary>
    private static string Shorten(string message) => Regex.Replace(message, "[0-9a-fA-F]{8,}|[0-9]{6,}", "*", RegexOptions.NonBacktracking);

    private sealed record Outcome(string Call, string? Error, List<string> Wrong);
}
