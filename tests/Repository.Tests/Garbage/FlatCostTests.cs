using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>What a list of sets, a backup's start and a prune ask of the storage, of a repository that is kept small.</summary>
public sealed class FlatCostTests(ITestOutputHelper output)
{
    private const int Kept = 10;

    [Fact]
    public async Task The_requests_of_a_list_a_start_and_a_prune_do_not_grow_with_the_nights()
    {
        var store = new CountingBlobStore(new MemoryBlobStore());
        using PruneBench bench = await PruneBench.CreateAsync(store);
        List<(int Night, long List, long Start, long Prune)> costs = [];
        for (int night = 1; night <= 200; night++)
        {
            await bench.BackUpAsync(1);
            if (night > Kept)
            {
                await bench.ForgetAsync(0);
            }

            if (night % 7 == 0)
            {
                long list = await CountAsync(async () => Assert.NotEmpty((await bench.StateAsync()).Sets));
                long start = await CountAsync(() => BeginAsync(bench));
                costs.Add((night, list, start, await CountAsync(() => bench.PruneAsync())));
            }
        }

        await bench.CheckAsync();

        // The newest state stands up to 64 entries back, so that costs go up and down with the nights.
        var early = costs.Where(cost => cost.Night is > 30 and <= 100).ToArray();
        var late = costs.Where(cost => cost.Night > 130).ToArray();
        output.WriteLine(
            $"most until night 100: {early.Max(c => c.List)}, {early.Max(c => c.Start)}, {early.Max(c => c.Prune)}; after "
                + $"130: {late.Max(c => c.List)}, {late.Max(c => c.Start)}, {late.Max(c => c.Prune)}"
        );
        Assert.InRange(late.Max(cost => cost.List), 1, early.Max(cost => cost.List) * 1.1);
        Assert.InRange(late.Max(cost => cost.Start), 1, early.Max(cost => cost.Start) * 1.1);
        Assert.InRange(late.Max(cost => cost.Prune), 1, early.Max(cost => cost.Prune) * 1.1);

        static async Task BeginAsync(PruneBench bench)
        {
            await using ModelHost host = bench.NewHost("acme");
            // Of this night, as real ones: the log is searched for its end from then on.
            RunId run = RunId.Create(bench.Clock.Now, Guid.NewGuid());
            await host.BeginAsync(run);
            await (await host.OpenAsync()).Log.AbortAsync(run, "counted");
        }

        async Task<long> CountAsync(Func<Task> work)
        {
            long before = store.Total;
            await work();
            return store.Total - before;
        }
    }
}
