using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>
/// A prune, a rotation of keys and a reseal die at a request to a directory and to Azurite: at some, or with
/// <c>ABF_FAULT_SWEEP=full</c> at every single one, before it arrives and after it was served. Each request of a store in
/// memory, and mirrors, have tests of their own.
/// </summary>
[Trait("needs", "server")]
public sealed class RealStoreDeathTests(OnDemand<AzuriteServer> azurite, ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_prune_that_died_loses_nothing_and_the_next_one_finishes_it(bool inAzure)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.DieAsync(isOver: true);
        await bench.ForgetAsync(0, 2);

        await SweepAsync(
            bench,
            inAzure,
            async store => await bench.PruneAsync(store),
            async store =>
            {
                await bench.PruneAsync(store);
                await bench.PruneAsync(store);
                Assert.Empty(await bench.NamesAsync("runs/", store));
                return (await bench.NamesAsync("packs/", store)).Length;
            }
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rotation_that_died_leaves_every_set_and_can_be_made_again(bool inAzure)
    {
        using PruneBench bench = await CreateSealedAsync();
        await bench.BackUpAsync(2);

        await SweepAsync(
            bench,
            inAzure,
            RotateAsync,
            async store =>
            {
                await RotateAsync(store);
                await using BackupRepository again = await bench.OpenAsync(store);
                Assert.Empty((await again.Log.ReadAsync()).Alarms);
                return (await bench.NamesAsync("config/", store)).Length;
            }
        );

        async Task RotateAsync(IBlobStore store)
        {
            await using BackupRepository repository = await bench.OpenAsync(store);
            RotatedKeys rotated = await repository.KeyGenerations.RotateAsync([]);
            Assert.Single(rotated.Kept);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reseal_that_died_loses_nothing_and_the_next_one_drops_the_old_keys(bool inAzure)
    {
        using PruneBench bench = await CreateSealedAsync();
        await bench.BackUpHalvesAsync();
        await ResealTests.RotateAsync(bench);
        await bench.ForgetAsync(0);

        await SweepAsync(
            bench,
            inAzure,
            async store => await ResealTests.ResealAsync(bench, store),
            async store =>
            {
                await ResealTests.ResealAsync(bench, store);
                Assert.Empty((await ResealTests.ResealAsync(bench, store)).Left);
                return (await bench.NamesAsync("config/", store)).Length;
            }
        );
    }

    private static Task<PruneBench> CreateSealedAsync() =>
        PruneBench.CreateAsync(passphrase: new Secret("first passphrase"));

    /// <param name="finish">Makes it again, and says what it comes to: the same as where nobody died.</param>
    private async Task SweepAsync(
        PruneBench bench,
        bool inAzure,
        Func<IBlobStore, Task> work,
        Func<IBlobStore, Task<int>> finish
    )
    {
        AzureStores? azure = inAzure ? await AzureStores.CreateAsync(await azurite.GetAsync()) : null;
        RequestNumbers numbers = new();
        IBlobStore whole = await CopyAsync();
        await work(new VisitedBlobStore(whole, numbers, (_, _, _) => Task.CompletedTask));
        int expected = await finish(whole);
        int deaths = 0;
        for (int request = 1; request <= numbers.Last; request += SweepDepth.IsFull ? 1 : 17)
        {
            foreach (bool served in SweepDepth.IsFull ? (bool[])[false, true] : [request % 2 == 0])
            {
                IBlobStore store = await CopyAsync();
                try
                {
                    await PruneBench.KillAsync(store, request, served, work);
                }
                catch (AbfException e)
                {
                    Assert.Fail($"at {request}: {e}");
                }

                await bench.CheckAsync(store);
                Assert.Equal(expected, await finish(store));
                await bench.CheckAsync(store);
                deaths++;
            }
        }

        output.WriteLine($"{deaths} deaths at {numbers.Last} requests");

        async Task<IBlobStore> CopyAsync()
        {
            IBlobStore copy = azure is null
                ? await DirectoryBlobStore.CreateAsync(
                    bench.Temp.Combine($"copy-{Guid.NewGuid():n}"),
                    TimeProvider.System,
                    CancellationToken.None
                )
                : azure.New();
            await bench.CopyToAsync(copy);
            return copy;
        }
    }
}
