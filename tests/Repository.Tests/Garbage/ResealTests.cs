using System.Buffers.Binary;
using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Format;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

public sealed class ResealTests
{
    private static readonly Secret Passphrase = new("first passphrase");

    [Fact]
    public async Task What_was_sealed_under_old_keys_is_sealed_anew_and_these_are_dropped()
    {
        using var temp = new TempDirectory();
        string place = temp.Combine("repository");
        using PruneBench bench = await CreateAsync(
            await DirectoryBlobStore.CreateAsync(place, TimeProvider.System, CancellationToken.None)
        );
        await bench.BackUpAsync(3);
        await bench.ForgetAsync(0);
        await RotateAsync(bench);
        await bench.BackUpAsync(1);
        ImmutableArray<string> lines = await IndependentReader.ReadAsync(place, Passphrase.Reveal());
        ResealReport planned = await ResealAsync(bench, preview: true);

        ResealReport report = await ResealAsync(bench);

        Assert.Equal([("content", 1u), ("metadata", 1u)], report.Dropped.Select(key => (key.Class, key.Generation)));
        Assert.Equal((0, 0), (report.Left.Length, report.WaitsFor.Length));
        Assert.Empty(report.Warnings);
        Assert.Equal(2, planned.Left.Count(key => key is { Blobs: > 0, Bytes: > 0 }));
        Assert.InRange(planned.Prune.RepackedBytes, report.Prune.RepackedBytes / 2, report.Prune.RepackedBytes * 2);
        Assert.Equal("2", await GenerationsAsync(bench.Blobs));
        Assert.Equal(["config/3"], await bench.NamesAsync("config/"));
        await bench.CheckAsync();
        Assert.Equal(lines, await IndependentReader.ReadAsync(place, Passphrase.Reveal()));

        // It is done: the next one writes nothing, and a rotation goes on from there.
        ResealReport again = await ResealAsync(bench);
        Assert.Equal((0, 0, 0), (again.Dropped.Length, again.Left.Length, again.Prune.RepackedBytes));
        await RotateAsync(bench);
        await bench.BackUpAsync(1);
        Assert.Equal(2u, Assert.Single((await ResealAsync(bench)).Dropped, key => key.Class == "content").Generation);
        await bench.CheckAsync();
    }

    /// <summary>At each request of a reseal, before it reaches the store and after it was served.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_request_it_loses_nothing_and_the_next_one_finishes_it(bool served)
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpHalvesAsync();
        await RotateAsync(bench);
        await bench.ForgetAsync(0);
        var numbers = new RequestNumbers();
        ResealReport whole = await ResealAsync(
            bench,
            new VisitedBlobStore(await bench.CopyAsync(), numbers, (_, _, _) => Task.CompletedTask)
        );
        Assert.True(whole.Dropped.Length == 2 && numbers.Last > 40, $"{whole}, {numbers.Last} requests");
        for (int request = served ? 1 : 3; request <= numbers.Last; request += SweepDepth.IsFull ? 1 : 5)
        {
            IBlobStore store = await bench.CopyAsync();
            await PruneBench.KillAsync(store, request, served, dying => ResealAsync(bench, dying));
            await bench.CheckAsync(store);

            await ResealAsync(bench, store);

            await bench.CheckAsync(store);
            Assert.Equal("2", await GenerationsAsync(store));
            Assert.Single(await bench.NamesAsync("config/", store));
            await using BackupRepository after = await bench.OpenAsync(store);
            Assert.DoesNotContain(after.Ring.KeysOfConfig, key => after.Ring.IsOld(key.Class, key.Generation));
            Assert.DoesNotContain(after.Ring.KeysOfConfig, key => key is { Generation: 1, Class: KeyClass.Metadata });
        }
    }

    [Fact]
    public async Task Old_keys_stay_while_a_run_is_open_that_began_with_them_and_go_once_it_has_ended()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpAsync(2);
        await using ModelHost host = bench.NewHost("other");
        RunId run = bench.NewRun();
        await host.BeginAsync(run);
        await RotateAsync(bench);
        ModelFiles files = bench.Sets.Values.Last();

        ResealReport waiting = await ResealAsync(bench);

        Assert.Equal([run], waiting.WaitsFor);
        Assert.Equal(2, waiting.Left.Length);
        Assert.Empty(waiting.Dropped);
        await host.StoreAsync(files);
        await ResealAsync(bench);
        await host.CommitAsync();
        bench.Sets.Add(run, files);
        await bench.CheckAsync();
        Assert.Equal("1 2", await GenerationsAsync(bench.Blobs));
        Assert.Equal(2, (await ResealAsync(bench)).Dropped.Length);
        Assert.Equal("2", await GenerationsAsync(bench.Blobs));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task Backups_of_another_host_between_any_two_requests_keep_what_they_store()
    {
        for (int request = 2; request < 130; request += SweepDepth.IsFull ? 1 : 11)
        {
            using PruneBench bench = await CreateAsync();
            await bench.BackUpHalvesAsync();
            ModelFiles files = bench.Sets.Values.Last();

            // It was opened before the rotation, and begins its run in the middle of the reseal.
            await using ModelHost host = bench.NewHost("other");
            await host.OpenAsync();
            await RotateAsync(bench);
            RunId run = bench.NewRun();
            var store = new VisitedBlobStore(
                bench.Blobs,
                new RequestNumbers(),
                async (call, served, _) =>
                {
                    if (call.Number == request && !served)
                    {
                        await host.BeginAsync(run);
                        await host.StoreAsync(files);
                    }
                }
            );

            ResealReport report = await ResealAsync(bench, store);

            if (host.HasRun)
            {
                await host.CommitAsync();
                bench.Sets.Add(run, files);
            }

            await bench.CheckAsync();
            Assert.True(report.WaitsFor.Length == 1 || report.Dropped.Length == 2, $"at {request}: {report}");
            await ResealAsync(bench);
            await bench.CheckAsync();
            Assert.Equal("2", await GenerationsAsync(bench.Blobs));
        }
    }

    [Fact]
    public async Task A_prune_that_slept_through_it_writes_nothing_under_keys_that_are_dropped()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.ForgetAsync(0, 1);
        await using BackupRepository slept = await bench.OpenAsync(bench.Blobs);
        await RotateAsync(bench);
        Assert.Equal(2, (await ResealAsync(bench)).Dropped.Length);
        await bench.BackUpAsync(2);
        await bench.ForgetAsync(0);

        await new Prune(slept, new PruneOptions(0)).RunAsync(CancellationToken.None);

        Assert.Equal("2", await GenerationsAsync(bench.Blobs));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task What_the_store_keeps_under_old_keys_keeps_them()
    {
        var clock = new JumpingClock();
        var policy = new PolicyBlobStore(new MemoryBlobStore(), TimeSpan.FromDays(30), clock);
        using PruneBench bench = await CreateAsync(policy);
        await bench.BackUpAsync(2);
        await RotateAsync(bench);

        ResealReport kept = await ResealAsync(bench);

        Assert.Equal(
            2,
            kept.Left.Count(key => key.Blobs > 0 && key.Some.All(n => n.Contains('/', StringComparison.Ordinal)))
        );
        Assert.All(kept.Left, key => Assert.InRange(key.Some.Length, 1, 3));
        Assert.True(kept.Prune.LaterBlobs > 0);
        await bench.CheckAsync();
        clock.Now += TimeSpan.FromDays(31);
        Assert.Equal(2, (await ResealAsync(bench)).Dropped.Length);
        Assert.Equal("2", await GenerationsAsync(bench.Blobs));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task No_more_is_sealed_anew_than_is_allowed_and_the_next_one_goes_on()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpHalvesAsync();
        await RotateAsync(bench);

        ResealReport part = await ResealAsync(bench, options: new PruneOptions(0, MaxRepack: 250_000));

        Assert.InRange(part.Prune.RepackedBytes, 100_000, 250_000);
        Assert.Empty(part.Dropped);
        for (int i = 0; i < 3 && part.Dropped.IsEmpty; i++)
        {
            part = await ResealAsync(bench, options: new PruneOptions(0, MaxRepack: 250_000));
            await bench.CheckAsync();
        }

        Assert.Equal(2, part.Dropped.Length);
    }

    /// <summary>Whoever has keys of the log can make it name a config that opens and lacks keys that are needed.</summary>
    [Fact]
    public async Task A_config_that_lacks_keys_which_are_needed_takes_none_of_them_away()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpAsync(2);
        await RotateAsync(bench);
        await bench.BackUpAsync(1);
        await using (BackupRepository thief = await bench.OpenAsync(new WithoutDeletes(bench.Blobs)))
        {
            // As a thief does it: nothing is looked at, and the config before stays.
            await thief.KeyGenerations.DropOldAsync(await thief.Log.ReadAsync(), CancellationToken.None);
        }

        Assert.Equal(["config/2", "config/3"], await bench.NamesAsync("config/"));
        await using BackupRepository owner = await bench.OpenAsync(bench.Blobs);
        KeyChange change = await owner.Keys.AddAsync(new Secret("another"), "another");
        Assert.Contains("config/2", change.Warning, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PermanentException>(() =>
            new Prune(owner, new PruneOptions(0)).RunAsync(CancellationToken.None)
        );
        Assert.Contains("config/2", await bench.NamesAsync("config/"));
    }

    [Fact]
    public async Task A_copy_of_an_old_blob_under_a_name_that_nobody_reads_keeps_no_key()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpAsync(2);
        foreach (string name in await bench.NamesAsync("packs/"))
        {
            byte[] bytes = await Stored.BytesAsync(bench.Blobs, name);
            await bench.Blobs.PutIfAbsentAsync($"x/{name[^8..]}", bytes, CancellationToken.None);
            await bench.Blobs.PutIfAbsentAsync($"packs/{name[^8..]}", bytes, CancellationToken.None);
            await bench.Blobs.PutIfAbsentAsync($"runs/{name[^8..]}/x", bytes, CancellationToken.None);
        }

        await RotateAsync(bench);

        Assert.Equal(2, (await ResealAsync(bench)).Dropped.Length);
        Assert.Equal(["config/3"], await bench.NamesAsync("config/"));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task Records_of_checks_are_sealed_anew_with_the_rest()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpAsync(1);
        await using (BackupRepository repository = await bench.OpenAsync(bench.Blobs))
        {
            await repository.SetChecks.AddAsync(_ => [], CancellationToken.None);
            await repository.SetChecks.AddAsync(_ => [], CancellationToken.None);
        }

        Assert.Equal(2, (await bench.NamesAsync("checks/")).Length);
        await RotateAsync(bench);

        ResealReport report = await ResealAsync(bench);

        Assert.Equal(2, report.Dropped.Length);
        Assert.Single(await bench.NamesAsync("checks/"));
        Assert.Empty((await ResealAsync(bench)).Warnings);
    }

    private static Task<PruneBench> CreateAsync(IBlobStore? blobs = null) => PruneBench.CreateAsync(blobs, Passphrase);

    internal static async Task RotateAsync(PruneBench bench)
    {
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        await repository.KeyGenerations.RotateAsync([]);
    }

    internal static async Task<ResealReport> ResealAsync(
        PruneBench bench,
        IBlobStore? store = null,
        bool preview = false,
        PruneOptions? options = null
    )
    {
        await using BackupRepository repository = await bench.OpenAsync(store ?? bench.Blobs);
        var reseal = new Reseal(repository, options ?? new PruneOptions(0));
        return preview
            ? await reseal.PreviewAsync(rotates: false, CancellationToken.None)
            : await reseal.RunAsync(CancellationToken.None);
    }

    /// <summary>Under which generations anything but the log is sealed.</summary>
    private static async Task<string> GenerationsAsync(IBlobStore blobs)
    {
        HashSet<uint> found = [];
        foreach (string prefix in (string[])["packs/", "index/", "runs/"])
        {
            await foreach (BlobItem blob in blobs.ListAsync(prefix, CancellationToken.None))
            {
                byte[] bytes = await Stored.BytesAsync(blobs, blob.Name);
                found.Add(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)));
            }
        }

        return string.Join(' ', found.Order());
    }
}
