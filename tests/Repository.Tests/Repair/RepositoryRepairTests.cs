using System.Buffers.Binary;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Repair;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Garbage;
using AlfrescoBackupFlows.Repository.Tests.Verification;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Repair;

public sealed class RepositoryRepairTests
{
    private static readonly Secret Passphrase = new("first passphrase");

    [Fact]
    public async Task Lost_index_blobs_are_written_anew_and_the_next_prune_has_its_way_again()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(4);
        await bench.ForgetAsync(0);
        string[] indexes = await bench.NamesAsync("index/");
        await bench.Blobs.DeleteAsync(indexes[0], CancellationToken.None);
        await FlipAsync(bench.Blobs, indexes[^1]);
        await Assert.ThrowsAsync<PermanentException>(() => bench.PruneAsync());

        RepairReport report = await RepairAsync(bench, bench.Blobs);

        Assert.Equal(2, report.LostIndexes.Length);
        Assert.True(report.AreIndexesReplaced && report.RebuiltPlaces > 0 && !report.HasLosses, $"{report}");
        await AssertSoundAsync(bench, bench.Blobs);
        Assert.True((await bench.PruneAsync()).DeletedBlobs > 0);
        await AssertSoundAsync(bench, bench.Blobs);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Every_pack_that_is_missing_or_damaged_comes_back_from_a_mirror(bool isMissing, bool isCut)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        IBlobStore mirror = await bench.CopyAsync();
        string[] packs = await bench.NamesAsync("packs/");
        foreach (string pack in packs)
        {
            if (isMissing)
            {
                await bench.Blobs.DeleteAsync(pack, CancellationToken.None);
            }
            else
            {
                await FlipAsync(bench.Blobs, pack, isCut ? 10 : 0);
            }
        }

        RepairReport planned = await RepairAsync(bench, bench.Blobs, mirror, isDryRun: true);
        Assert.Equal(await bench.NamesAsync("log/", mirror), await bench.NamesAsync("log/"));
        RepairReport report = await RepairAsync(bench, bench.Blobs, mirror);

        Assert.Equal(
            (packs.Length, report.StoredChunks, report.FromMirror),
            (report.BadPacks.Length, planned.StoredChunks, planned.FromMirror)
        );
        Assert.Equal((packs.Length, 0), (report.GivenUpPacks, report.HeldPacks));
        Assert.False(report.HasLosses);
        await AssertSoundAsync(bench, bench.Blobs);
        await bench.PruneAsync();
        Assert.Empty((await bench.NamesAsync("packs/")).Intersect(packs));
        await AssertSoundAsync(bench, bench.Blobs);
        RepairReport again = await RepairAsync(bench, bench.Blobs, mirror);
        Assert.Equal((0, 0), (again.BadPacks.Length, again.StoredChunks));
    }

    [Fact]
    public async Task What_the_installation_still_has_is_stored_again_and_what_it_has_not_is_named()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        ModelFiles newest = bench.Sets.Values.Last();
        ModelFiles live = newest with { Files = newest.Files.SetItem("1-3", [.. Encoding.UTF8.GetBytes("changed")]) };
        foreach (string pack in await ContentPacksAsync(bench))
        {
            await bench.Blobs.DeleteAsync(pack, CancellationToken.None);
        }

        RepairReport report = await RepairAsync(bench, bench.Blobs, live: new LiveFiles(live));

        Assert.Equal(14, report.FromLive);
        string[] lost =
        [
            .. report.Lost.Select(file => Encoding.UTF8.GetString(file.Path)).Order(StringComparer.Ordinal),
        ];
        Assert.Equal(
            bench
                .Sets.Values.SelectMany(set => set.Files.Keys)
                .Distinct()
                .Except(newest.Files.Keys)
                .Append("1-3")
                .Order(StringComparer.Ordinal),
            lost
        );
        Assert.Equal((16, 16), (report.LostFiles, report.LostChunks));
        RepairReport rest = await RepairAsync(bench, bench.Blobs, live: new LiveFiles(newest));
        Assert.Equal((1, 15), (rest.FromLive, rest.LostFiles));
        await bench.ForgetAsync(0, 1, 2);
        await bench.CheckAsync();
        Assert.False((await RepairAsync(bench, bench.Blobs)).HasLosses);
        await AssertSoundAsync(bench, bench.Blobs);
        await bench.PruneAsync();
        await AssertSoundAsync(bench, bench.Blobs);
    }

    /// <summary>A listing tells of files that nobody knows without it: nothing is given up that may hold one.</summary>
    [Fact]
    public async Task Where_a_listing_is_lost_no_pack_is_given_up_that_it_may_need()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        IBlobStore mirror = await bench.CopyAsync();
        foreach (string pack in (await bench.NamesAsync("packs/")).Where((_, i) => i % 2 == 0))
        {
            await bench.Blobs.DeleteAsync(pack, CancellationToken.None);
        }

        foreach (string pack in await bench.NamesAsync("packs/f"))
        {
            await bench.Blobs.DeleteAsync(pack, CancellationToken.None);
        }

        RepairReport report = await RepairAsync(bench, bench.Blobs);

        Assert.True(report.HasLosses && report.LostParts.Length > 0, $"{report}");
        RepairReport rest = await RepairAsync(bench, bench.Blobs, mirror);
        Assert.False(rest.HasLosses);
        await AssertSoundAsync(bench, bench.Blobs);
    }

    /// <summary>No restore needs them, so nothing is held up for them; whoever repairs is told of them all the same.</summary>
    [Fact]
    public async Task Catalogues_and_lists_of_findings_that_are_nowhere_are_named()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(1);
        await using ModelHost host = bench.NewHost("acme");
        RunId run = bench.NewRun();
        ModelFiles files = bench.Sets.Values.First();
        host.Manifest = manifest =>
            manifest with
            {
                Database = manifest.Database! with
                {
                    Catalogue = new CatalogueStamp(Nowhere(1), 1, 1, []),
                    RequiredDigests = Nowhere(2),
                },
                Roots = [manifest.Roots[0] with { Findings = Nowhere(3) }],
                Consistency = manifest.Consistency with { Details = Nowhere(4) },
            };
        await host.BeginAsync(run);
        await host.StoreAsync(files);
        await host.CommitAsync();
        bench.Sets.Add(run, files);

        RepairReport report = await RepairAsync(bench, bench.Blobs);

        Assert.Equal(
            [
                $"The catalogue of set {run} is lost, or a part of it; a restore does not need it.",
                $"A list of findings of set {run} is lost; a restore does not need it.",
            ],
            report.LostParts
        );
        Assert.Equal((true, 0, 0), (report.HasLosses, report.LostChunks, report.LostFiles));
        await bench.CheckAsync();

        static ContentRef Nowhere(byte number) => new(10, 0, [new ChunkId(number)]);
    }

    /// <summary>Two runs that overlap store what they have in common twice.</summary>
    [Fact]
    public async Task Of_two_copies_the_damaged_one_is_given_up_and_a_prune_keeps_the_other()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(1);
        ModelFiles files = bench.Sets.Values.Last() with { Dump = new byte[5000] };
        await using ModelHost first = bench.NewHost("one");
        await using ModelHost second = bench.NewHost("two");
        foreach (ModelHost host in (ModelHost[])[first, second])
        {
            RunId run = bench.NewRun();
            await host.BeginAsync(run);
            bench.Sets.Add(run, files);
        }

        string[] before = await bench.NamesAsync("packs/");
        await first.StoreAsync(files);
        string[] ofFirst = [.. (await bench.NamesAsync("packs/")).Except(before)];
        await second.StoreAsync(files);
        await first.CommitAsync();
        await second.CommitAsync();
        string[] ofSecond = [.. (await bench.NamesAsync("packs/")).Except(before).Except(ofFirst)];
        string[] damaged = string.CompareOrdinal(Dump(ofFirst), Dump(ofSecond)) < 0 ? ofFirst : ofSecond;
        await FlipAsync(bench.Blobs, Dump(damaged));

        RepairReport report = await RepairAsync(bench, bench.Blobs);

        Assert.Equal((1, 1), (report.BadPacks.Length, report.GivenUpPacks));
        Assert.False(report.HasLosses);
        await bench.PruneAsync();
        await AssertSoundAsync(bench, bench.Blobs);

        static string Dump(string[] packs) =>
            packs.First(name => !name.StartsWith("packs/f", StringComparison.Ordinal));
    }

    /// <summary>The run may name what it found in the bad pack, and a prune must not take the new copy for the one too
    /// many.</summary>
    [Fact]
    public async Task While_a_run_is_open_that_may_lean_on_a_bad_pack_it_stays_and_the_next_repair_gives_it_up()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        IBlobStore mirror = await bench.CopyAsync();
        await using ModelHost host = bench.NewHost("acme");
        RunId run = bench.NewRun();
        ModelFiles files = bench.Sets.Values.First();
        await host.BeginAsync(run);
        await host.StoreAsync(files);
        string[] bad = await ContentPacksAsync(bench, 100_000);
        foreach (string pack in bad)
        {
            await FlipAsync(bench.Blobs, pack);
        }

        RepairReport held = await RepairAsync(bench, bench.Blobs, mirror);
        await bench.PruneAsync();

        Assert.Equal((bad.Length, 0, bad.Length), (held.BadPacks.Length, held.GivenUpPacks, held.HeldPacks));
        Assert.True(held.StoredChunks > 0);
        await bench.CheckAsync();
        await host.CommitAsync();
        bench.Sets.Add(run, files);
        RepairReport rest = await RepairAsync(bench, bench.Blobs);
        Assert.Equal((bad.Length, 0), (rest.GivenUpPacks, rest.StoredChunks));
        await bench.PruneAsync();
        await AssertSoundAsync(bench, bench.Blobs);
    }

    /// <summary>
    /// A repair finds in packs what a lost index blob held, and cannot tell from it what a run has stored whose page no
    /// set names yet: the log names it then, and no set needs it.
    /// </summary>
    [Fact]
    public async Task What_an_open_run_has_stored_stays_where_a_repair_has_named_it()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(2);
        await using ModelHost host = bench.NewHost("other");
        RunId run = bench.NewRun();
        ModelFiles files = ModelFiles.None with
        {
            Files = ModelFiles.None.Files.Add("new.bin", [1, 2, 3]),
            Dump = [4, 5, 6],
        };
        await host.BeginAsync(run);
        await host.StoreAsync(files);
        string[] before = await bench.NamesAsync("index/");
        await bench.BackUpAsync(1);
        string lost = Assert.Single((await bench.NamesAsync("index/")).Except(before));
        await bench.Blobs.DeleteAsync(lost, CancellationToken.None);
        Assert.True((await RepairAsync(bench, bench.Blobs)).AreIndexesReplaced);

        var refused = await Assert.ThrowsAsync<PermanentException>(() => bench.PruneAsync());

        Assert.Contains(lost, refused.Message, StringComparison.Ordinal);
        await host.CommitAsync();
        bench.Sets.Add(run, files);
        await AssertSoundAsync(bench, bench.Blobs);
        await bench.PruneAsync();
        await AssertSoundAsync(bench, bench.Blobs);
    }

    /// <summary>
    /// The bad pack stays for the sake of what is nowhere else. Whoever writes the good copy anew must not give it an id
    /// above the bad one's, which a collector would keep for the lower. Ids are drawn at random: hence several tries.
    /// </summary>
    [Fact]
    public async Task A_good_copy_that_is_written_anew_counts_before_the_bad_pack_still()
    {
        for (int attempt = 0; attempt < 8; attempt++)
        {
            using PruneBench bench = await PruneBench.CreateAsync(passphrase: Passphrase);
            byte[][] bytes = [new byte[20_000], new byte[20_000]];
            Array.ForEach(bytes, new Random(attempt).NextBytes);
            ModelFiles files = ModelFiles.None with { Dump = [1, 2, 3] };
            ModelFiles still = files with { Files = files.Files.Add("still there", [.. bytes[0]]) };
            await bench.BackUpAsync(still with { Files = still.Files.Add("gone", [.. bytes[1]]) });
            await FlipAsync(bench.Blobs, Assert.Single(await ContentPacksAsync(bench)));
            RepairReport report = await RepairAsync(bench, bench.Blobs, live: new LiveFiles(still));
            Assert.Equal((1, 1), (report.FromLive, report.LostFiles));

            for (int times = 0; times < 2; times++)
            {
                await ResealAsync(bench, dropped: 0);
                await bench.PruneAsync();
                await bench.PruneAsync();
            }

            RepairReport rest = await RepairAsync(bench, bench.Blobs, isDryRun: true);
            Assert.Equal((1, "gone"), (rest.LostFiles, Encoding.UTF8.GetString(Assert.Single(rest.Lost).Path)));
        }
    }

    /// <summary>A dump and files share the ids of chunks, and a mirror may have stored one in the other's place.</summary>
    [Fact]
    public async Task New_packs_have_lower_ids_than_bad_ones_of_any_class_with_the_same_chunks()
    {
        for (int attempt = 0; attempt < 8; attempt++)
        {
            using PruneBench bench = await PruneBench.CreateAsync();
            await bench.BackUpAsync(2);
            IBlobStore mirror = await bench.CopyAsync();
            string[] before = await bench.NamesAsync("packs/");
            string[] bad = [.. before.Where(pack => !pack.StartsWith("packs/f", StringComparison.Ordinal))];
            foreach (string pack in bad)
            {
                await FlipAsync(bench.Blobs, pack);
            }

            await RepairAsync(bench, bench.Blobs, mirror);

            string[] added = [.. (await bench.NamesAsync("packs/")).Except(before)];
            Assert.True(added.Length > 1);
            Assert.All(added, pack => Assert.True(string.CompareOrdinal(pack, bad.Min(StringComparer.Ordinal)) < 0));
        }
    }

    /// <summary>It was opened before the keys were rotated and the old ones dropped.</summary>
    [Fact]
    public async Task A_repair_that_slept_through_a_reseal_seals_under_the_keys_that_count()
    {
        using PruneBench bench = await PruneBench.CreateAsync(passphrase: Passphrase);
        await bench.BackUpAsync(3);
        await using BackupRepository slept = await bench.OpenAsync(bench.Blobs);
        IBlobStore mirror = await bench.CopyAsync();
        await using BackupRepository copy = await bench.OpenAsync(mirror);
        await ResealAsync(bench);
        foreach (string pack in await bench.NamesAsync("packs/"))
        {
            await bench.Blobs.DeleteAsync(pack, CancellationToken.None);
        }

        RepairReport report = await new RepositoryRepair(slept, new RepairOptions { Mirror = copy }).RunAsync(
            CancellationToken.None
        );

        Assert.True(report.StoredChunks > 0 && !report.HasLosses, $"{report}");
        await AssertSoundAsync(bench, bench.Blobs);
        await bench.PruneAsync();
        await AssertSoundAsync(bench, bench.Blobs);
    }

    /// <summary>What it has written by then is sealed under keys that are dropped before the log names it.</summary>
    [Fact]
    public async Task A_reseal_between_its_packs_and_its_entry_makes_it_store_them_anew()
    {
        using PruneBench bench = await PruneBench.CreateAsync(passphrase: Passphrase);
        await bench.BackUpAsync(3);
        IBlobStore mirror = await bench.CopyAsync();
        string[] content = await ContentPacksAsync(bench);
        foreach (string pack in content)
        {
            await FlipAsync(bench.Blobs, pack);
        }

        bool isDone = false;
        var visited = new VisitedBlobStore(
            bench.Blobs,
            new RequestNumbers(),
            async (call, served, _) =>
            {
                bool isEntry =
                    call.Verb is BlobVerb.PutIfAbsent && call.Name.StartsWith("log/", StringComparison.Ordinal);
                if (isEntry && !served && !isDone)
                {
                    isDone = true;
                    await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
                    await repository.KeyGenerations.RotateAsync([], cancellationToken: CancellationToken.None);
                }
            }
        );

        RepairReport report = await RepairAsync(bench, visited, mirror);

        Assert.True(isDone && report.StoredChunks > 0 && !report.HasLosses, $"{report}");
        foreach (ChunkIndexSummary index in LogState.Live((await bench.StateAsync()).Indexes).TakeLast(1))
        {
            byte[] header = new byte[12];
            await bench.Blobs.ReadAsync(index.Id.BlobName, 0, header, CancellationToken.None);
            Assert.Equal(2u, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)));
        }

        await AssertSoundAsync(bench, bench.Blobs);
    }

    /// <summary>At a third of the requests of a repair, before they reach the store and after they were served; with
    /// <c>ABF_FAULT_SWEEP=full</c> at each.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_request_it_loses_nothing_and_the_next_one_finishes_it(bool served)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        IBlobStore mirror = await bench.CopyAsync();
        await bench.Blobs.DeleteAsync((await bench.NamesAsync("index/"))[0], CancellationToken.None);
        string[] packs = await bench.NamesAsync("packs/");
        await bench.Blobs.DeleteAsync(packs[0], CancellationToken.None);
        await FlipAsync(bench.Blobs, packs[^1]);
        await FlipAsync(bench.Blobs, packs[packs.Length / 2]);
        var numbers = new RequestNumbers();
        await RepairAsync(
            bench,
            new VisitedBlobStore(await bench.CopyAsync(), numbers, (_, _, _) => Task.CompletedTask),
            mirror
        );
        Assert.True(numbers.Last > 30, $"{numbers.Last} requests");
        int step = SweepDepth.IsFull ? 1 : 3;
        for (int request = served || step == 1 ? 1 : 2; request <= numbers.Last; request += step)
        {
            IBlobStore store = await bench.CopyAsync();
            await PruneBench.KillAsync(store, request, served, dying => RepairAsync(bench, dying, mirror));

            RepairReport rest = await RepairAsync(bench, store, mirror);

            Assert.False(rest.HasLosses);
            await AssertSoundAsync(bench, store);
            await bench.PruneAsync(store);
            await AssertSoundAsync(bench, store);
        }
    }

    [Fact]
    public async Task A_prune_beside_it_takes_nothing_from_it()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        IBlobStore mirror = await bench.CopyAsync();
        await bench.ForgetAsync(1, 2);
        foreach (string pack in await ContentPacksAsync(bench, 100_000))
        {
            await FlipAsync(bench.Blobs, pack);
        }

        for (int request = 1; request < 60; request += 2)
        {
            IBlobStore store = await bench.CopyAsync();
            var beside = new VisitedBlobStore(
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

            RepairReport report = await RepairAsync(bench, beside, mirror);

            Assert.False(report.HasLosses);
            await AssertSoundAsync(bench, store);
            await bench.PruneAsync(store);
            await AssertSoundAsync(bench, store);
        }
    }

    [Fact]
    public async Task A_set_that_is_sealed_beside_it_is_whole_afterwards()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        IBlobStore mirror = await bench.CopyAsync();
        foreach (string pack in await PacksAsync(bench, ChunkClass.Dump))
        {
            await FlipAsync(bench.Blobs, pack);
        }

        for (int request = 1; request < 60; request += 4)
        {
            IBlobStore store = await bench.CopyAsync();
            using PruneBench beside = PruneBench.Of(store, bench.Sets);
            var visited = new VisitedBlobStore(
                store,
                new RequestNumbers(),
                async (call, served, _) =>
                {
                    if (call.Number == request && !served)
                    {
                        await beside.BackUpAsync(bench.Sets.Values.First());
                    }
                }
            );

            RepairReport report = await RepairAsync(bench, visited, mirror);
            RepairReport rest = await RepairAsync(bench, store, mirror);

            Assert.False(report.HasLosses || rest.HasLosses);
            await AssertSoundAsync(beside, store);
            await bench.PruneAsync(store);
            await AssertSoundAsync(beside, store);
        }
    }

    [Fact]
    public async Task Packs_are_not_read_where_that_is_not_wanted_and_damage_in_them_stays_unseen()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        await FlipAsync(bench.Blobs, (await ContentPacksAsync(bench, 100_000))[0]);

        RepairReport report = await RepairAsync(bench, bench.Blobs, readsData: false);

        Assert.Equal((0, 0), (report.BadPacks.Length, report.ReadPacks));
    }

    [Fact]
    public async Task A_host_that_only_writes_and_a_copy_of_another_repository_are_refused()
    {
        using TempDirectory temp = new();
        var blobs = new MemoryBlobStore();
        RepositoryAccess full = SampleRepository.Access("passphrase", temp.Combine("cache"));
        await SampleRepository.WriteAsync(blobs, "passphrase", temp.Combine("cache"), large: false);
        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, full);
        byte[] file = (await repository.KeyGenerations.ExportWriteOnlyAsync([])).Text!;
        await using BackupRepository writing = await BackupRepository.OpenAsync(
            blobs,
            full with
            {
                Passphrase = null,
                KeyFile = new Secret(Encoding.UTF8.GetString(file)),
            }
        );
        using PruneBench other = await PruneBench.CreateAsync();
        await using BackupRepository strange = await other.OpenAsync(other.Blobs);

        PermanentException unable = await Assert.ThrowsAsync<PermanentException>(() =>
            new RepositoryRepair(writing, new RepairOptions()).RunAsync(CancellationToken.None)
        );
        PermanentException wrong = await Assert.ThrowsAsync<PermanentException>(() =>
            new RepositoryRepair(repository, new RepairOptions { Mirror = strange }).RunAsync(CancellationToken.None)
        );

        Assert.Equal((ErrorKind.Configuration, ErrorKind.Configuration), (unable.Kind, wrong.Kind));
        Assert.Contains(strange.Id, wrong.Message, StringComparison.Ordinal);
    }

    /// <summary>New keys, what can be read sealed under them, and old ones dropped that nothing needs.</summary>
    private static async Task ResealAsync(PruneBench bench, int dropped = 2)
    {
        await using (BackupRepository repository = await bench.OpenAsync(bench.Blobs))
        {
            await repository.KeyGenerations.RotateAsync([]);
        }

        await using BackupRepository rotated = await bench.OpenAsync(bench.Blobs);
        ResealReport report = await new Reseal(rotated, new PruneOptions(0)).RunAsync(CancellationToken.None);
        Assert.Equal(dropped, report.Dropped.Length);
    }

    private static async Task<RepairReport> RepairAsync(
        PruneBench bench,
        IBlobStore store,
        IBlobStore? mirror = null,
        IDocumentSupply? live = null,
        bool isDryRun = false,
        bool readsData = true
    )
    {
        await using BackupRepository repository = await bench.OpenAsync(store);
        await using BackupRepository? copy = mirror is null ? null : await bench.OpenAsync(mirror);
        var options = new RepairOptions
        {
            Mirror = copy,
            Live = live,
            IsDryRun = isDryRun,
            ReadsData = readsData,
        };
        return await new RepositoryRepair(repository, options).RunAsync(CancellationToken.None);
    }

    /// <summary>Every set byte by byte, and nothing that a look at every pack finds.</summary>
    private static async Task AssertSoundAsync(PruneBench bench, IBlobStore store)
    {
        await bench.CheckAsync(store);
        await using BackupRepository repository = await bench.OpenAsync(store);
        LogHead head = await repository.Log.ReadAsync();
        VerifyReport report = await new SetVerifier(repository).VerifyAsync(
            head,
            head.State.Sets,
            readData: true,
            cancellationToken: CancellationToken.None
        );
        Assert.Empty(report.Findings);
    }

    /// <summary>Packs that hold files, from a length on.</summary>
    private static Task<string[]> ContentPacksAsync(PruneBench bench, int minLength = 0) =>
        PacksAsync(bench, ChunkClass.Content, minLength);

    private static async Task<string[]> PacksAsync(PruneBench bench, ChunkClass chunkClass, int minLength = 0)
    {
        List<string> packs = [];
        await foreach (BlobItem item in bench.Blobs.ListAsync("packs/", CancellationToken.None))
        {
            byte[] header = new byte[6];
            await bench.Blobs.ReadAsync(item.Name, 0, header, CancellationToken.None);
            if (header[5] == (byte)chunkClass && item.Length >= minLength)
            {
                packs.Add(item.Name);
            }
        }

        return [.. packs];
    }

    /// <param name="cut">So many bytes of the end are gone.</param>
    private static async Task FlipAsync(IBlobStore blobs, string name, int cut = 0)
    {
        BlobProperties properties = (await blobs.GetPropertiesAsync(name, CancellationToken.None))!;
        byte[] bytes = new byte[properties.Length - cut];
        await blobs.ReadAsync(name, 0, bytes, CancellationToken.None);
        bytes[bytes.Length / 2] ^= 1;
        await blobs.PutAsync(name, bytes, CancellationToken.None);
    }

    private sealed class LiveFiles(ModelFiles files) : IDocumentSupply
    {
        public int Read(string root, byte[] path, long offset, Span<byte> destination)
        {
            if (!files.Files.TryGetValue(Encoding.UTF8.GetString(path), out var bytes) || offset > bytes.Length)
            {
                return 0;
            }

            int count = (int)Math.Min(destination.Length, bytes.Length - offset);
            bytes.AsSpan((int)offset, count).CopyTo(destination);
            return count;
        }
    }
}
