using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Format;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

public sealed class PruneTests
{
    [Fact]
    public async Task What_only_forgotten_sets_needed_is_given_back_and_the_rest_is_whole()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(6);
        await bench.DieAsync(isOver: true);
        await bench.ForgetAsync(0, 1, 3);
        long before = await BytesAsync(bench.Blobs);
        PruneReport planned = await PreviewAsync(bench);

        PruneReport report = await bench.PruneAsync();

        await bench.CheckAsync();
        Assert.Equal(0, report.UnusedBytes);
        Assert.Equal(report.StoredBytes, await BytesAsync(bench.Blobs, "packs/"));
        Assert.InRange(planned.FreedBytes, report.FreedBytes * 0.9, report.FreedBytes * 1.1);
        Assert.True(before - await BytesAsync(bench.Blobs) > report.FreedBytes / 2);
        Assert.Empty(await bench.NamesAsync("runs/"));
        Assert.Equal(3, bench.Sets.Count);
        await bench.PruneAsync();
        Assert.Empty((await bench.StateAsync()).Tombstones);
        await bench.CheckAsync();
    }

    /// <summary>The lists of a long dump are shared as its chunks are: followed once, they are those of both sets.</summary>
    [Fact]
    public async Task Of_a_long_dump_that_two_sets_share_neither_has_more_than_its_own_change()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        byte[] dump = Content.Random(16 << 20, 1);
        await bench.BackUpAsync(ModelFiles.None with { Dump = dump });
        await bench.BackUpAsync(ModelFiles.None with { Dump = [.. dump[..8_000_000], 1, 2, 3, .. dump[8_000_000..]] });
        await using (BackupRepository repository = await bench.OpenAsync(bench.Blobs))
        {
            RepositoryUse use = await RepositoryUse.ReadAsync(
                repository,
                await bench.StateAsync(),
                CancellationToken.None
            );
            Assert.Equal(2, use.Sets.Length);
            Assert.All(use.Sets, set => Assert.InRange(set.UniqueBytes, 2000, 200_000));
            Assert.InRange(use.StoredBytes, dump.Length, dump.Length + 500_000);
        }

        await bench.ForgetAsync(0);
        await bench.PruneAsync();
        await bench.CheckAsync();
    }

    /// <summary>At each request of a prune, before it reaches the store and after it was served.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_request_it_loses_nothing_and_the_next_one_finishes_it(bool served)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.DieAsync(isOver: true);
        await bench.ForgetAsync(0, 2);
        var numbers = new RequestNumbers();
        IBlobStore counted = await bench.CopyAsync();
        PruneReport whole = await bench.PruneAsync(
            new VisitedBlobStore(counted, numbers, (_, _, _) => Task.CompletedTask)
        );
        Assert.True(whole.RepackedBytes > 0 && numbers.Last > 30, $"{whole}, {numbers.Last} requests");
        for (int request = 1; request <= numbers.Last; request++)
        {
            IBlobStore store = await bench.CopyAsync();
            await PruneBench.KillAsync(store, request, served, dying => bench.PruneAsync(dying));
            await bench.CheckAsync(store);

            await bench.PruneAsync(store);

            await bench.CheckAsync(store);
            await bench.PruneAsync(store);
            Assert.Equal(
                (await bench.NamesAsync("packs/", counted)).Length,
                (await bench.NamesAsync("packs/", store)).Length
            );
            Assert.Empty(await bench.NamesAsync("runs/", store));
        }
    }

    [Fact]
    public async Task A_run_that_is_open_keeps_what_it_may_lean_on_and_what_it_has_stored()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        await using ModelHost host = bench.NewHost("other");
        RunId run = bench.NewRun();
        ModelFiles files = bench.Sets.Values.First();
        await host.BeginAsync(run);
        await host.StoreAsync(files);
        await bench.ForgetAsync(0, 1);
        string[] before = await bench.NamesAsync("packs/");

        PruneReport report = await bench.PruneAsync();

        Assert.Equal(before, await bench.NamesAsync("packs/"));
        Assert.True(report.UnusedBytes > 0);
        await host.CommitAsync();
        bench.Sets.Add(run, files);
        await bench.CheckAsync();
        Assert.Equal(0, (await bench.PruneAsync()).UnusedBytes);
        await bench.CheckAsync();
    }

    [Fact]
    public async Task Two_at_once_come_to_the_same_as_one()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.ForgetAsync(1, 2);
        for (int request = 1; request < 60; request++)
        {
            IBlobStore store = await bench.CopyAsync();
            var second = new VisitedBlobStore(
                store,
                new RequestNumbers(),
                async (call, served, _) =>
                {
                    if (call.Number == request && !served)
                    {
                        await bench.PruneAsync(store);
                    }
                }
            );

            PruneReport report = await bench.PruneAsync(second);

            await bench.CheckAsync(store);
            Assert.Equal(0, report.UnusedBytes);
            long bytes = await BytesAsync(store, "packs/");
            Assert.True(report.StoredBytes == bytes, $"at {request}: {report} but {bytes}");
        }
    }

    [Fact]
    public async Task What_the_store_keeps_is_counted_and_deleted_once_it_may_be()
    {
        var clock = new JumpingClock();
        var policy = new PolicyBlobStore(new MemoryBlobStore(), TimeSpan.FromDays(30), clock);
        using PruneBench bench = await PruneBench.CreateAsync(policy);
        DateTimeOffset until = clock.Now + TimeSpan.FromDays(30);
        await bench.BackUpAsync(4);
        policy.Hold((await bench.NamesAsync("packs/"))[0]);
        await bench.ForgetAsync(0, 1);

        PruneReport kept = await bench.PruneAsync();

        await bench.CheckAsync();
        Assert.Equal((0, 0), (kept.DeletedBlobs, kept.FreedBytes));
        Assert.Equal(until, kept.LaterFrom);
        Assert.True(kept.LaterBlobs > 0 && policy.Refused >= kept.LaterBlobs);
        clock.Now += TimeSpan.FromDays(31);
        PruneReport later = await bench.PruneAsync();
        Assert.True(later.DeletedBlobs > 0);
        Assert.InRange(later.LaterBlobs, 0, 1);
        policy.Release((await bench.NamesAsync("packs/"))[0]);
        Assert.Equal(0, (await bench.PruneAsync()).LaterBlobs);
        Assert.Equal(0, (await bench.PruneAsync()).DeletedBlobs);
        await bench.CheckAsync();
    }

    [Fact]
    public async Task No_more_is_written_anew_than_is_allowed_and_no_more_than_is_needed()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.ForgetAsync(0, 1, 2);

        PruneReport loose = await bench.PruneAsync(options: new PruneOptions(0.6));

        Assert.Equal(0, loose.RepackedBytes);
        Assert.InRange(loose.UnusedBytes, 299_000, 320_000);
        PruneReport bounded = await bench.PruneAsync(options: new PruneOptions(0, MaxRepack: 150_000));
        Assert.InRange(bounded.RepackedBytes, 100_000, 150_000);
        Assert.InRange(bounded.UnusedBytes, 199_000, 210_000);
        PruneReport third = await bench.PruneAsync(options: new PruneOptions(0.3) { RewriteAtOnce = 1 });
        Assert.InRange(third.RepackedBytes, 100_000, 102_000);
        Assert.InRange(third.UnusedBytes, 0, 0.3 * third.StoredBytes);
        PruneReport last = await bench.PruneAsync();
        Assert.Equal((0, await BytesAsync(bench.Blobs, "packs/")), (last.UnusedBytes, last.StoredBytes));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task Names_that_have_no_room_in_one_entry_of_the_log_go_into_more()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(6);
        await bench.ForgetAsync(0, 1, 2, 3, 4);
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);

        PruneReport report = await new Prune(repository, new PruneOptions(0)) { MaxNames = 1 }.RunAsync(
            CancellationToken.None
        );

        Assert.Equal(report.StoredBytes, await BytesAsync(bench.Blobs, "packs/"));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task What_the_store_keeps_counts_once_in_however_many_rounds_it_is_tried()
    {
        using PruneBench bench = await PruneBench.CreateAsync(
            new PolicyBlobStore(new MemoryBlobStore(), TimeSpan.FromDays(30), new JumpingClock())
        );
        await bench.BackUpAsync(6);
        await bench.ForgetAsync(0, 1, 2, 3, 4);
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);

        PruneReport report = await new Prune(repository, new PruneOptions(0)) { MaxNames = 1 }.RunAsync(
            CancellationToken.None
        );

        PruneReport again = await bench.PruneAsync();
        Assert.True(report.LaterBlobs > 3);
        Assert.Equal((again.LaterBlobs, again.LaterBytes), (report.LaterBlobs, report.LaterBytes));
    }

    /// <summary>Each round writes one pack anew and says so; only those are counted against it that came to nothing.</summary>
    [Fact]
    public async Task However_many_rounds_it_takes_none_of_them_is_taken_for_a_writer_that_was_faster()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.ForgetAsync(0, 1, 2);
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        long before = (await repository.Log.ReadAsync()).Sequence;

        PruneReport report = await new Prune(repository, new PruneOptions(0) { RewriteAtOnce = 1 })
        {
            MaxAttempts = 1,
        }.RunAsync(CancellationToken.None);

        Assert.True((await repository.Log.ReadAsync()).Sequence >= before + 3);
        Assert.InRange(report.UnusedBytes, 0, report.StoredBytes / 10);
        await bench.CheckAsync();
    }

    [Fact]
    public async Task After_many_nights_there_are_few_index_blobs_and_a_small_state()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        for (int week = 0; week < 8; week++)
        {
            await bench.BackUpAsync(7);
            await bench.ForgetAsync([.. Enumerable.Range(0, Math.Max(0, bench.Sets.Count - 5))]);
            await bench.PruneAsync(options: PruneOptions.Usual);
        }

        await bench.PruneAsync(options: PruneOptions.Usual);
        LogState state = await bench.StateAsync();
        Assert.True(state.Indexes.Length <= 9, $"{state.Indexes.Length} index blobs");
        Assert.Empty(state.Tombstones);
        Assert.Equal(5, state.Sets.Length);
        await bench.CheckAsync();
    }

    [Theory]
    [InlineData("index")]
    [InlineData("log")]
    [InlineData("metadata")]
    public async Task Where_nobody_can_tell_what_is_needed_nothing_is_deleted(string harm)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        await bench.ForgetAsync(0);
        if (harm == "log")
        {
            await bench.Blobs.PutIfAbsentAsync(LogNames.BlobName(8), new byte[100], CancellationToken.None);
        }
        else
        {
            string prefix = harm == "index" ? "index/" : "packs/f";
            await bench.Blobs.DeleteAsync((await bench.NamesAsync(prefix))[^1], CancellationToken.None);
        }

        string[] before = await bench.NamesAsync(string.Empty);
        PermanentException refusal = await Assert.ThrowsAsync<PermanentException>(() => bench.PruneAsync());

        Assert.Equal(ErrorKind.Repository, refusal.Kind);
        Assert.Contains("othing is collected", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await bench.NamesAsync(string.Empty));
    }

    [Fact]
    public async Task What_only_spares_the_next_run_work_holds_nothing_up_where_it_is_lost()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        await using ModelHost host = bench.NewHost("other");
        await host.BeginAsync(bench.NewRun());
        host.Directories = row => row with { Chunk = new ChunkId(4711) };
        await host.StoreAsync(bench.Sets.Values.Last());
        await host.CommitAsync();
        await bench.ForgetAsync(0, 1);

        PruneReport report = await bench.PruneAsync();

        Assert.True(report.DeletedBlobs > 0);
        Assert.Equal((0, await BytesAsync(bench.Blobs, "packs/")), (report.UnusedBytes, report.StoredBytes));
    }

    [Fact]
    public async Task A_damaged_pack_is_named_and_kept_and_the_others_are_written_anew()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.ForgetAsync(0, 1, 2);
        BlobItem pack = await bench
            .Blobs.ListAsync("packs/", CancellationToken.None)
            .FirstAsync(p => p.Length > 99_999);
        byte[] good = new byte[pack.Length];
        await bench.Blobs.ReadAsync(pack.Name, 0, good, CancellationToken.None);
        byte[] bad = [.. good];
        bad[bad.Length * 3 / 4] ^= 1;
        await bench.Blobs.PutAsync(pack.Name, bad, CancellationToken.None);

        PruneReport report = await bench.PruneAsync();

        Assert.Contains(pack.Name, Assert.Single(report.Warnings!), StringComparison.Ordinal);
        Assert.InRange(report.RepackedBytes, 200_000, 310_000);
        Assert.InRange(report.UnusedBytes, 99_000, 200_000);
        Assert.Equal(report.StoredBytes, await BytesAsync(bench.Blobs, "packs/"));
        Assert.Contains(pack.Name, await bench.NamesAsync("packs/"));
        await bench.Blobs.PutAsync(pack.Name, good, CancellationToken.None);
        await bench.CheckAsync();
        PruneReport whole = await bench.PruneAsync();
        Assert.Equal((0, null), (whole.UnusedBytes, whole.Warnings));
        Assert.DoesNotContain(pack.Name, await bench.NamesAsync("packs/"));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task Of_packs_to_write_anew_no_more_are_taken_at_once_than_an_entry_of_the_log_has_names()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.ForgetAsync(0, 1, 2);
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);

        (PruneReport report, bool isDone) = await new Prune(repository, new PruneOptions(0)) { MaxNames = 2 }.RunAsync(
            isTimeUp: () => true,
            CancellationToken.None
        );

        Assert.False(isDone);
        Assert.Equal(2, (await bench.StateAsync()).Tombstones.Length);
        Assert.InRange(report.RepackedBytes, 1, 210_000);
        await bench.CheckAsync();
    }

    [Fact]
    public async Task A_host_that_only_writes_gives_back_what_it_can_and_says_what_is_left()
    {
        using TempDirectory temp = new();
        var blobs = new MemoryBlobStore();
        RepositoryAccess full = SampleRepository.Access("passphrase", temp.Combine("cache"));
        await SampleRepository.WriteAsync(blobs, "passphrase", temp.Combine("cache"), large: false);
        RepositoryAccess writing;
        await using (BackupRepository repository = await BackupRepository.OpenAsync(blobs, full))
        {
            byte[] file = (await repository.KeyGenerations.ExportWriteOnlyAsync([])).Text!;
            writing = full with { Passphrase = null, KeyFile = new Secret(Encoding.UTF8.GetString(file)) };
            await repository.Log.ExpireAsync(state => Task.FromResult<IReadOnlyCollection<RunId>>([state.Sets[0].Id]));
        }

        (ImmutableArray<string> before, _) = await SampleRepository.ReadAsync(blobs, full);
        PruneReport report = await PruneAsync(writing);

        Assert.True(report.DeletedBlobs > 0 && report.UnusedBytes > 0, $"{report}");
        Assert.Contains("repository.keyFile", Assert.Single(report.Warnings!), StringComparison.Ordinal);
        Assert.Equal(before, (await SampleRepository.ReadAsync(blobs, full)).Lines);
        PruneReport rest = await PruneAsync(full);
        Assert.True(rest.RepackedBytes > 0 && rest.Warnings is null, $"{rest}");
        Assert.Equal(before, (await SampleRepository.ReadAsync(blobs, full)).Lines);

        async Task<PruneReport> PruneAsync(RepositoryAccess access)
        {
            await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, access);
            return await new Prune(repository, new PruneOptions(0)).RunAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_reader_goes_on_where_a_prune_moved_what_it_reads()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(5);
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        LogState state = (await repository.Log.ReadAsync()).State;
        var reader = repository.CreateFollowingReader(await repository.LoadIndexAsync(state, CancellationToken.None));
        await bench.ForgetAsync(0, 1, 2);
        Assert.True((await bench.PruneAsync()).RepackedBytes > 0);

        SetManifest manifest = await repository.Log.ReadManifestAsync(state.Sets[^1]);
        byte[] dump = await Support.Content.ReadAsync(reader, manifest.Database!.Dump, ChunkClass.Dump);

        Assert.Equal(bench.Sets[state.Sets[^1].Id].Dump, dump);
        SetManifest gone = await repository.Log.ReadManifestAsync(state.Sets[0]);
        await Assert.ThrowsAsync<PermanentException>(() =>
            Support.Content.ReadAsync(reader, gone.Database!.Dump, ChunkClass.Dump)
        );
    }

    [Fact]
    public async Task A_lost_index_blob_brings_no_tombstoned_pack_back()
    {
        var clock = new JumpingClock();
        using PruneBench bench = await PruneBench.CreateAsync(
            new PolicyBlobStore(new MemoryBlobStore(), TimeSpan.FromDays(30), clock)
        );
        await bench.BackUpAsync(4);
        await bench.ForgetAsync(0, 1);
        await bench.PruneAsync();
        clock.Now += TimeSpan.FromDays(100);
        LogState state = await bench.StateAsync();
        Assert.NotEmpty(state.Tombstones);
        foreach (ChunkIndexSummary index in LogState.Live(state.Indexes))
        {
            await bench.Blobs.DeleteAsync(index.Id.BlobName, CancellationToken.None);
        }

        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        var rebuilt = await repository.LoadIndexAsync(state, CancellationToken.None);

        Assert.NotEmpty(rebuilt.Lost);
        Assert.Empty(rebuilt.Packs.Select(pack => pack.Id.BlobName).Intersect(state.Tombstones));
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task The_other_reader_reads_a_repository_that_was_pruned()
    {
        using TempDirectory temp = new();
        string directory = temp.Combine("repository");
        using PruneBench bench = await PruneBench.CreateAsync(
            await DirectoryBlobStore.CreateAsync(directory, TimeProvider.System, CancellationToken.None)
        );
        for (int round = 0; round < 8; round++)
        {
            await bench.BackUpAsync(4);
            await bench.ForgetAsync([.. Enumerable.Range(0, bench.Sets.Count - 2)]);
            await bench.PruneAsync();
        }

        await bench.CheckAsync();
        Assert.True((await bench.StateAsync()).Sets[^1].Sequence > LogEntry.StateInterval);
        ImmutableArray<string> lines = await IndependentReader.ReadAsync(directory, passphrase: null);
        Assert.Equal(
            bench
                .Sets.Values.Select(files =>
                    Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(files.Dump))
                )
                .Order(),
            lines.Where(line => line.Contains(" dump ", StringComparison.Ordinal)).Select(line => line[^64..]).Order()
        );
        Assert.Equal(
            bench.Sets.Values.Sum(files => files.Files.Count),
            lines.Count(line => line.Contains(".bin", StringComparison.Ordinal) || IsFile(line))
        );
    }

    private static bool IsFile(string line) =>
        !line.Contains(" dump ", StringComparison.Ordinal)
        && !line.Contains(" required ", StringComparison.Ordinal)
        && !line.EndsWith(" -", StringComparison.Ordinal);

    /// <summary>Two hosts that ran at once have each stored what they have in common.</summary>
    [Fact]
    public async Task Of_a_pack_that_turns_out_damaged_the_copies_in_another_are_kept()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        ModelFiles shared = ModelFiles.None with { Dump = [1], Files = FilesOf(("common", 1)) };
        ModelFiles[] first = [Plus(shared, ("mine", 2), ("gone", 3)), Plus(shared, ("other", 4), ("past", 5))];
        ModelHost[] hosts = [bench.NewHost("acme"), bench.NewHost("second")];
        foreach (ModelHost host in hosts)
        {
            await host.BeginAsync(bench.NewRun());
        }

        for (int i = 0; i < 2; i++)
        {
            await hosts[i].StoreAsync(first[i]);
            bench.Sets.Add(hosts[i].Run, first[i]);
        }

        string[] packs = [.. (await bench.NamesAsync("packs/")).Where(name => name[6] != 'f')];
        foreach (ModelHost host in hosts)
        {
            await host.CommitAsync();
            await host.DisposeAsync();
        }

        await bench.BackUpAsync(Plus(shared, ("mine", 2)));
        await bench.BackUpAsync(Plus(shared, ("other", 4)), "second");
        await bench.ForgetAsync(0, 1);

        // The first copy by the order of packs is the one that counts. What lies in it alone is lost.
        string damaged = string.Empty;
        foreach (string name in packs)
        {
            byte[] bytes = await Stored.BytesAsync(bench.Blobs, name);
            if (damaged.Length == 0 && bytes.Length > 200_000)
            {
                damaged = name;
                Array.Clear(bytes, 1000, bytes.Length - 10_000);
                await bench.Blobs.DeleteAsync(name, CancellationToken.None);
                await bench.Blobs.PutIfAbsentAsync(name, bytes, CancellationToken.None);
            }
        }

        PruneReport report = await bench.PruneAsync();

        Assert.Contains(damaged, Assert.Single(report.Warnings!), StringComparison.Ordinal);
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        LogState state = (await repository.Log.ReadAsync()).State;
        IChunkSource chunks = repository.CreateReader(
            await repository.LoadIndexAsync(state, CancellationToken.None),
            null
        );
        int readable = 0;
        foreach (SetSummary set in state.Sets)
        {
            SetManifest manifest = await repository.Log.ReadManifestAsync(set);
            await foreach (
                ListingEntry entry in new ListingReader(chunks, manifest.Roots[0].Listing).ReadAsync(
                    CancellationToken.None
                )
            )
            {
                if (Encoding.UTF8.GetString(entry.Path) is "common")
                {
                    byte[] bytes = await chunks.ReadAsync(entry.Content!, ChunkClass.Content);
                    Assert.True(shared.Files["common"].AsSpan().SequenceEqual(bytes));
                    readable++;
                }
            }
        }

        Assert.Equal(2, readable);

        static ModelFiles Plus(ModelFiles files, params (string Path, int Seed)[] more) =>
            files with
            {
                Files = files.Files.AddRange(FilesOf(more)),
            };

        static ImmutableSortedDictionary<string, ImmutableArray<byte>> FilesOf(params (string Path, int Seed)[] files)
        {
            var all = ModelFiles.None.Files;
            foreach ((string path, int seed) in files)
            {
                byte[] bytes = new byte[100_000];
                new Random(seed).NextBytes(bytes);
                all = all.Add(path, [.. bytes]);
            }

            return all;
        }
    }

    private static async Task<PruneReport> PreviewAsync(PruneBench bench)
    {
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        return await new Prune(repository, new PruneOptions(0)).PreviewAsync(CancellationToken.None);
    }

    private static async Task<long> BytesAsync(IBlobStore blobs, string prefix = "") =>
        await blobs.ListAsync(prefix, CancellationToken.None).Select(item => item.Length).SumAsync();
}
