using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Repository.Tests.Format;
using AlfrescoBackupFlows.Repository.Tests.Garbage;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.SetChecks;

public sealed class SetCheckLogTests
{
    private static readonly DateTimeOffset Moment = new(2026, 11, 22, 3, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_newest_check_of_each_kind_is_told_whatever_the_clocks_say()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        RunId set = bench.NewRun();

        await AddAsync(repository, [set], Verified(set, "data", passed: true, Moment));
        await AddAsync(repository, [set], Verified(set, "structure", passed: false, Moment.AddYears(-5)));
        await AddAsync(repository, [set], Drilled(set, passed: true));

        SetCheckTable table = await repository.SetChecks.ReadAsync(Token);
        Assert.Equal("structure", table.FindLast(set, SetCheckKinds.Verify)?.Depth);
        Assert.Equal(81.5, table.FindLast(set, SetCheckKinds.Drill)?.Recovery?.Seconds);
        Assert.Null(table.FindLast(bench.NewRun(), SetCheckKinds.Drill));
    }

    [Fact]
    public async Task The_checks_of_four_hundred_sets_are_one_listing_and_one_read()
    {
        var store = new CountingBlobStore(new MemoryBlobStore());
        using PruneBench bench = await PruneBench.CreateAsync(store);
        await using BackupRepository repository = await bench.OpenAsync(store);
        RunId[] sets = [.. Enumerable.Range(0, 400).Select(_ => bench.NewRun())];
        await AddAsync(repository, sets, [.. sets.Select(set => Verified(set, "data", passed: true, Moment))]);
        await AddAsync(repository, sets, [.. sets.Select(set => Verified(set, "structure", passed: true, Moment))]);

        long before = store.Total;
        SetCheckTable table = await repository.SetChecks.ReadAsync(Token);

        Assert.Equal(2, store.Total - before);
        Assert.All(sets, set => Assert.True(table.FindLast(set, SetCheckKinds.Verify)!.Passed));
    }

    [Fact]
    public async Task Of_each_set_kind_and_depth_three_are_kept_and_sets_that_are_gone_lose_theirs()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        (RunId kept, RunId gone) = (bench.NewRun(), bench.NewRun());
        await AddAsync(repository, [kept, gone], Drilled(gone, passed: true));
        for (int i = 0; i < 5; i++)
        {
            await AddAsync(repository, [kept, gone], Verified(kept, "data", passed: i % 2 == 0, Moment.AddDays(i)));
        }

        await AddAsync(repository, [kept], Drilled(kept, passed: false));

        SetCheckTable table = await repository.SetChecks.ReadAsync(Token);
        Assert.Equal(
            [Moment.AddDays(2), Moment.AddDays(3), Moment.AddDays(4)],
            table.Checks.Where(check => check.Depth == "data").Select(check => check.Ended)
        );
        Assert.DoesNotContain(table.Checks, check => check.Set == gone);
    }

    [Fact]
    public async Task What_somebody_planted_is_passed_over_by_readers_and_writers()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        RunId set = bench.NewRun();
        await AddAsync(repository, [set], Drilled(set, passed: true));
        await PlantAsync(bench.Blobs, "checks/999999999998", new byte[200]);
        await PlantAsync(bench.Blobs, "checks/000000000000", [1, 2, 3]);
        await PlantAsync(bench.Blobs, "checks/x", []);

        Assert.True((await repository.SetChecks.ReadAsync(Token)).FindLast(set, SetCheckKinds.Drill)!.Passed);
        await AddAsync(repository, [set], Drilled(set, passed: false));

        Assert.False((await repository.SetChecks.ReadAsync(Token)).FindLast(set, SetCheckKinds.Drill)!.Passed);
    }

    [Fact]
    public async Task Junk_has_nobody_look_for_keys_in_the_configs()
    {
        using PruneBench bench = await PruneBench.CreateAsync(null, new Secret("a passphrase"));
        RunId set = bench.NewRun();
        await using (BackupRepository writer = await bench.OpenAsync(bench.Blobs))
        {
            await AddAsync(writer, [set], Drilled(set, passed: true));
        }

        await PlantAsync(bench.Blobs, "checks/000000000000", [1, 2, 3]);
        int looks = 0;
        var counted = new FaultInjectingBlobStore(
            bench.Blobs,
            call =>
            {
                looks += call is { Verb: BlobVerb.List, Name: "config/" } ? 1 : 0;
                return null;
            }
        );
        await using BackupRepository repository = await bench.OpenAsync(counted);
        int before = looks;

        Assert.NotNull((await repository.SetChecks.ReadAsync(Token)).FindLast(set, SetCheckKinds.Drill));
        Assert.Equal(before, looks);

        // A table that another host has sealed after a rotation is read.
        await using (BackupRepository other = await bench.OpenAsync(bench.Blobs))
        {
            await other.Keys.RotateAsync([]);
            await AddAsync(other, [set], Drilled(set, passed: false));
        }

        await bench.Blobs.DeleteAsync("checks/000000000000", Token);
        Assert.False((await repository.SetChecks.ReadAsync(Token)).FindLast(set, SetCheckKinds.Drill)!.Passed);
    }

    [Fact]
    public async Task A_table_under_another_name_does_not_count()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        RunId set = bench.NewRun();
        await AddAsync(repository, [set], Drilled(set, passed: true));
        string name = Assert.Single(await bench.NamesAsync("checks/"));
        byte[] bytes = new byte[64 << 10];
        int length = (await bench.Blobs.ReadAsync(name, 0, bytes, Token))!.Value;
        await AddAsync(repository, [set], Drilled(set, passed: false));
        await PlantAsync(bench.Blobs, "checks/000000000005", bytes[..length]);

        Assert.False((await repository.SetChecks.ReadAsync(Token)).FindLast(set, SetCheckKinds.Drill)!.Passed);
    }

    [Fact]
    public async Task Two_writers_at_once_both_have_theirs()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        RunId[] sets = [.. Enumerable.Range(0, 8).Select(_ => bench.NewRun())];
        await using BackupRepository one = await bench.OpenAsync(bench.Blobs);
        await using BackupRepository other = await bench.OpenAsync(bench.Blobs);

        await Task.WhenAll(
            sets.Index()
                .Select(set => AddAsync(set.Index % 2 == 0 ? one : other, sets, Drilled(set.Item, passed: true)))
        );

        Assert.Equal(
            sets.ToHashSet(),
            (await one.SetChecks.ReadAsync(Token)).Checks.Select(check => check.Set).ToHashSet()
        );
    }

    [Fact]
    public async Task A_prune_takes_the_checks_of_forgotten_sets_and_old_tables()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(nights: 3);
        RunId[] sets = [.. (await bench.StateAsync()).Sets.Select(set => set.Id)];
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        foreach (RunId set in sets.Concat(sets))
        {
            await AddAsync(repository, sets, Drilled(set, passed: true));
        }

        await bench.ForgetAsync(0);
        await bench.PruneAsync();

        SetCheckTable table = await repository.SetChecks.ReadAsync(Token);
        Assert.Equal(sets[1..].ToHashSet(), table.Checks.Select(check => check.Set).ToHashSet());
        Assert.Equal(3, (await bench.NamesAsync("checks/")).Length);
        await bench.CheckAsync();
    }

    [Fact]
    public async Task The_reader_in_another_language_reads_the_same()
    {
        using TempDirectory temp = new();
        IBlobStore blobs = await DirectoryBlobStore.CreateAsync(temp.Combine("repository"), TimeProvider.System, Token);
        await BackupRepository.InitAsync(blobs, new RepositoryInit("none", null, "first", TimeProvider.System), Token);
        await using BackupRepository repository = await BackupRepository.OpenAsync(
            blobs,
            new RepositoryAccess("none", null, temp.Combine("cache"), TimeProvider.System),
            Token
        );
        RunId set = RunId.Parse("20261122T201500Z-00000001");
        await AddAsync(repository, [set], Verified(set, "data", passed: true, Moment), Drilled(set, passed: false));
        await PlantAsync(blobs, "checks/000000000000", [1, 2, 3]);

        Assert.Equal(
            [$"{set} verify data True []", $"{set} drill  False [\"contentstore/a is missing\"]"],
            await IndependentReader.ReadChecksAsync(temp.Combine("repository"))
        );
    }

    private static Task AddAsync(BackupRepository repository, RunId[] live, params SetCheck[] checks) =>
        repository.SetChecks.AddAsync(checks, live.ToHashSet(), Token);

    private static Task<PutOutcome> PlantAsync(IBlobStore store, string name, byte[] bytes) =>
        store.PutIfAbsentAsync(name, bytes, Token);

    private static SetCheck Verified(RunId set, string depth, bool passed, DateTimeOffset ended) =>
        new(set, SetCheckKinds.Verify, depth, ended, ended, passed, passed ? 0 : 1, [], "abf test");

    private static SetCheck Drilled(RunId set, bool passed) =>
        new(
            set,
            SetCheckKinds.Drill,
            null,
            Moment,
            Moment.AddSeconds(81.5),
            passed,
            passed ? 0 : 1,
            passed ? [] : ["contentstore/a is missing"],
            "abf test"
        )
        {
            Recovery = new RecoveryFigures(81.5, [new PhaseSeconds("files", 60.2)], 10, 2000, 10, 1),
        };
}
