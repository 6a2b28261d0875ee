using System.Collections.Concurrent;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// A mirror between a directory and Azurite ends at a request, one in each run: the first and the last of each kind, or
/// with <c>ABF_FAULT_SWEEP=full</c> every single one. What the target names is there, and the next mirror ends it.
/// </summary>
[Trait("needs", "server")]
public sealed class MirrorFaultTests(
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
    public async Task Killed_at_a_request_the_target_has_every_set_that_it_names(bool toAzure)
    {
        FaultBench bench = await benches.GetAsync(postgres);
        AzuriteCopies copies = await AzuriteCopies.CreateAsync(await azurite.GetAsync(), _token);
        IBlobStore source = await CopyAsync(bench.After, inAzure: !toAzure);
        ConcurrentQueue<BlobCall> calls = [];
        RequestNumbers counted = new();
        IBlobStore whole = await CopyAsync(bench.Before, inAzure: toAzure);
        await MirrorAsync(
            Visited(source, counted, (call, isServed) => Note(call, isServed, "source ")),
            Visited(whole, counted, (call, isServed) => Note(call, isServed, "target "))
        );
        await RequireAsync(whole, sets: 2);

        foreach (int request in Choose(calls))
        {
            IBlobStore target = await CopyAsync(bench.Before, inAzure: toAzure);
            RequestNumbers numbers = new();
            await Assert.ThrowsAsync<PermanentException>(() =>
                MirrorAsync(Visited(source, numbers, Kill), Visited(target, numbers, Kill))
            );
            await RequireAsync(target, sets: 1);

            Assert.True((await MirrorAsync(source, target)).IsDone);

            await RequireAsync(target, sets: 2);

            // Served for every second one: the answer is lost then.
            void Kill(BlobCall call, bool isServed)
            {
                if (call.Number > request || (call.Number == request && isServed == (request % 2 == 0)))
                {
                    throw new PermanentException(ErrorKind.Unexpected, $"killed at {call}");
                }
            }
        }

        MirrorReport check = await new Mirror(
            source,
            whole,
            new MirrorOptions { Checks = true },
            TimeProvider.System
        ).RunAsync(_token);
        Assert.Equal(0, check.DifferentBlobs);
        Assert.True(check.CheckedBlobs > 20, check.ToString());

        void Note(BlobCall call, bool isServed, string store)
        {
            if (!isServed)
            {
                calls.Enqueue(call with { Name = store + call.Name });
            }
        }

        async Task<IBlobStore> CopyAsync(KeptRepository repository, bool inAzure) =>
            inAzure
                ? (await copies.CopyAsync(repository, http: null, _token)).Blobs
                : (await bench.CopyToDirectoryAsync(repository, bench.NewState(), _token)).Blobs;

        async Task RequireAsync(IBlobStore target, int sets)
        {
            KeptRepository there = await KeptRepository.ReadAsync(target, bench.Combine(bench.NewState()), _token);
            Assert.Empty(await there.FindFaultsAsync(bench.Before, sets, _token));
        }
    }

    private int[] Choose(ConcurrentQueue<BlobCall> calls)
    {
        bool isFull = SweepDepth.IsFull;
        int[] chosen =
        [
            .. calls
                .GroupBy(call => (call.Verb, call.Name.Split('/')[0]))
                .SelectMany(kind =>
                    isFull
                        ? kind.Select(call => call.Number)
                        : [kind.Min(call => call.Number), kind.Max(call => call.Number)]
                )
                .Distinct()
                .Order(),
        ];
        output.WriteLine($"{chosen.Length} of {calls.Count} requests");
        return chosen;
    }

    private async Task<MirrorReport> MirrorAsync(IBlobStore source, IBlobStore target) =>
        await new Mirror(source, target, new MirrorOptions(), TimeProvider.System).RunAsync(_token);

    private static VisitedBlobStore Visited(IBlobStore store, RequestNumbers numbers, Action<BlobCall, bool> visit) =>
        new(
            store,
            numbers,
            (call, isServed, _) =>
            {
                visit(call, isServed);
                return Task.CompletedTask;
            }
        );
}
