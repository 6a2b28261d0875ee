using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>What backups do about small index blobs where nobody prunes.</summary>
public sealed class SmallIndexesTests
{
    [Fact]
    public async Task Many_are_replaced_by_one_and_none_is_deleted_before_a_prune()
    {
        var clock = new JumpingClock();
        var policy = new PolicyBlobStore(new MemoryBlobStore(), TimeSpan.FromDays(30), clock);
        using PruneBench bench = await PruneBench.CreateAsync(policy, clock: clock);
        await bench.BackUpAsync(4);
        string[] before = await bench.NamesAsync("index/");
        var counted = new CountingBlobStore(policy);

        Assert.Equal(0, await CompactAsync(bench, counted, left: before.Length));
        Assert.Equal(before.Length, await CompactAsync(bench, counted));

        Assert.Equal(0, counted.Count(BlobVerb.Delete));
        Assert.Single(LogState.Live((await bench.StateAsync()).Indexes));
        Assert.Equal(before, (await bench.NamesAsync("index/")).Intersect(before));
        await bench.CheckAsync();
        Assert.Equal(0, await CompactAsync(bench, counted));
        await bench.BackUpAsync(1);
        await bench.ForgetAsync(0, 1);
        clock.Now += TimeSpan.FromDays(100);
        await bench.PruneAsync();
        await bench.PruneAsync();
        await bench.CheckAsync();
        LogState state = await bench.StateAsync();
        Assert.Equal(
            state.Indexes.Select(index => index.Id.BlobName).Order(StringComparer.Ordinal),
            await bench.NamesAsync("index/")
        );
        Assert.Empty(state.Indexes.Select(index => index.Id.BlobName).Intersect(before));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_request_nothing_is_lost_and_a_prune_tidies_up(bool served)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(4);
        var numbers = new RequestNumbers();
        IBlobStore whole = await bench.CopyAsync();
        await CompactAsync(bench, new VisitedBlobStore(whole, numbers, (_, _, _) => Task.CompletedTask));
        for (int request = 1; request <= numbers.Last; request++)
        {
            IBlobStore store = await bench.CopyAsync();
            await PruneBench.KillAsync(store, request, served, dying => CompactAsync(bench, dying));
            await bench.CheckAsync(store);

            await CompactAsync(bench, store);

            await bench.CheckAsync(store);
            await bench.PruneAsync(store);
            await bench.PruneAsync(store);
            await bench.CheckAsync(store);
            Assert.Single(await bench.NamesAsync("index/", store));
        }
    }

    /// <summary>Another host works in the middle of it, at each request.</summary>
    [Theory]
    [InlineData("compacts")]
    [InlineData("prunes")]
    [InlineData("forgets and prunes")]
    public async Task Beside_another_host_nothing_is_lost(string other)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(4);
        RunId oldest = bench.Sets.Keys.First();
        ModelFiles files = bench.Sets[oldest];
        var numbers = new RequestNumbers();
        await CompactAsync(
            bench,
            new VisitedBlobStore(await bench.CopyAsync(), numbers, (_, _, _) => Task.CompletedTask)
        );
        for (int request = 1; request <= numbers.Last; request++)
        {
            IBlobStore store = await bench.CopyAsync();
            bench.Sets[oldest] = files;
            await CompactAsync(
                bench,
                new VisitedBlobStore(
                    store,
                    new RequestNumbers(),
                    async (call, served, _) =>
                    {
                        if (call.Number == request && !served)
                        {
                            await WorkAsync(store);
                        }
                    }
                )
            );

            await bench.CheckAsync(store);
            await bench.PruneAsync(store);
            await bench.PruneAsync(store);
            await bench.CheckAsync(store);
        }

        async Task WorkAsync(IBlobStore store)
        {
            if (other == "compacts")
            {
                await CompactAsync(bench, store);
                return;
            }

            if (other == "forgets and prunes")
            {
                await using BackupRepository repository = await bench.OpenAsync(store);
                await repository.Log.ExpireAsync(_ => Task.FromResult<IReadOnlyCollection<RunId>>([oldest]));
                bench.Sets.Remove(oldest);
            }

            await bench.PruneAsync(store);
        }
    }

    [Fact]
    public async Task A_run_that_is_open_leans_on_what_it_found_and_a_prune_minds_that()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        await using ModelHost host = bench.NewHost("other");
        RunId run = bench.NewRun();
        await host.BeginAsync(run);
        await bench.BackUpAsync(2);
        string[] small = await bench.NamesAsync("index/");
        ModelFiles files = bench.Sets.Values.First();

        Assert.Equal(small.Length, await CompactAsync(bench, bench.Blobs));
        await bench.ForgetAsync(0, 1, 2);
        await bench.PruneAsync();

        Assert.Equal(small, (await bench.NamesAsync("index/")).Intersect(small));
        await host.StoreAsync(files);
        await host.CommitAsync();
        bench.Sets.Add(run, files);
        await bench.CheckAsync();
        await bench.PruneAsync();
        await bench.CheckAsync();
    }

    /// <summary>It stands for what the directories of packs still told: that packs may be lost is no longer said without it.</summary>
    [Fact]
    public async Task One_that_stands_in_the_place_of_a_lost_one_stays()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        string[] all = await bench.NamesAsync("index/");
        await bench.Blobs.DeleteAsync(all[0], CancellationToken.None);
        await using (ModelHost host = bench.NewHost("acme"))
        {
            RunId run = bench.NewRun();
            ModelFiles files = bench.Sets.Values.Last();
            await host.BeginAsync(run);
            await host.StoreAsync(files);
            BackupRepository healing = await host.OpenAsync();
            RebuiltChunkIndex healed = await healing.HealIndexAsync(
                (await healing.Log.ReadAsync()).State,
                run,
                readAll: true,
                CancellationToken.None
            );
            host.Healed = healed.Indexes;
            await host.CommitAsync();
            bench.Sets.Add(run, files);
        }

        Assert.True(await CompactAsync(bench, bench.Blobs) > 1);

        LogState state = await bench.StateAsync();
        ChunkIndexSummary[] live = [.. LogState.Live(state.Indexes)];
        Assert.Single(live, index => index is { Compacted: false, Replaces.IsDefaultOrEmpty: false });
        Assert.Equal(2, live.Length);
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        Assert.True((await repository.LoadIndexAsync(state, CancellationToken.None)).WasRebuilt);
        await bench.CheckAsync();
    }

    [Fact]
    public async Task One_that_is_lost_is_told_and_the_log_stays_as_it_is()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        string lost = (await bench.NamesAsync("index/"))[1];
        await bench.Blobs.DeleteAsync(lost, CancellationToken.None);
        string[] log = await bench.NamesAsync("log/");

        var fault = await Assert.ThrowsAsync<PermanentException>(() => CompactAsync(bench, bench.Blobs));

        Assert.Equal(ErrorKind.Repository, fault.Kind);
        Assert.Contains(lost, fault.Message, StringComparison.Ordinal);
        Assert.Equal(log, await bench.NamesAsync("log/"));
    }

    [Fact]
    public async Task A_blob_that_is_lost_afterwards_is_found_again_in_the_packs()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(4);
        await CompactAsync(bench, bench.Blobs);
        LogState state = await bench.StateAsync();
        await bench.Blobs.DeleteAsync(LogState.Live(state.Indexes).Single().Id.BlobName, CancellationToken.None);

        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        using var index = await repository.ReadIndexAsync(state, CancellationToken.None);

        Assert.Single(index.Lost);
        SetManifest manifest = await repository.Log.ReadManifestAsync(state.Sets[0]);
        byte[] dump = await Support.Content.ReadAsync(
            repository.CreateReader(index, null),
            manifest.Database!.Dump,
            ChunkClass.Dump
        );
        Assert.Equal(bench.Sets[state.Sets[0].Id].Dump, dump);
    }

    [Fact]
    public async Task A_host_that_only_writes_does_it_as_well()
    {
        var passphrase = new Secret("correct horse battery staple");
        using PruneBench bench = await PruneBench.CreateAsync(passphrase: passphrase);
        await bench.BackUpAsync(3);
        byte[] file;
        await using (BackupRepository full = await bench.OpenAsync(bench.Blobs))
        {
            file = (await full.KeyGenerations.ExportWriteOnlyAsync([])).Text!;
        }

        RepositoryAccess writing = ModelHost.AccessOf(passphrase, bench.Temp.Combine("writing"), bench.Clock) with
        {
            Passphrase = null,
            KeyFile = new Secret(Encoding.UTF8.GetString(file)),
        };
        await using (BackupRepository repository = await BackupRepository.OpenAsync(bench.Blobs, writing))
        {
            Assert.True(repository.Ring.WritesOnly);
            Assert.True(await new SmallIndexes(repository) { MaxLeft = 1 }.CompactAsync(CancellationToken.None) > 1);
        }

        Assert.Single(LogState.Live((await bench.StateAsync()).Indexes));
        await bench.CheckAsync();
    }

    /// <summary>What a host without a cache reads to look up a chunk, where nobody ever prunes.</summary>
    [Fact]
    public async Task Without_a_prune_the_index_blobs_to_be_read_stay_as_few()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        int most = 0;
        for (int night = 0; night < 60; night++)
        {
            await bench.BackUpAsync(1);
            await CompactAsync(bench, bench.Blobs, left: 12);
            most = Math.Max(most, LogState.Live((await bench.StateAsync()).Indexes).Length);
        }

        Assert.InRange(most, 2, 12);
        await bench.CheckAsync();
    }

    private static async Task<int> CompactAsync(PruneBench bench, IBlobStore store, int left = 1)
    {
        await using BackupRepository repository = await bench.OpenAsync(store);
        return await new SmallIndexes(repository) { MaxLeft = left }.CompactAsync(CancellationToken.None);
    }
}
