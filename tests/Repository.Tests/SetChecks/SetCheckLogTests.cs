using System.Text.Json;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
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

    [Theory]
    [InlineData("data- structure+", "data-")]
    [InlineData("data- sample+ live+", "data-")]
    [InlineData("data- structure- structure+", "data-")]
    [InlineData("data- structure-", "structure-")]
    [InlineData("data- data+ structure+", "structure+")]
    [InlineData("data- data+ data-", "data-")]
    [InlineData("sample- structure+", "sample-")]
    [InlineData("sample- data+", "data+")]
    [InlineData("structure- live+", "live+")]
    [InlineData("live- structure+", "structure+")]
    public async Task A_failed_check_is_told_until_one_passes_that_looks_at_least_as_deep(string checks, string told)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        RunId set = bench.NewRun();
        foreach ((int day, string check) in checks.Split(' ').Index())
        {
            await AddAsync(repository, [set], Verified(set, check[..^1], check.EndsWith('+'), Moment.AddDays(day)));
        }

        SetCheck last = (await repository.SetChecks.ReadAsync(Token)).FindLast(set, SetCheckKinds.Verify)!;

        Assert.Equal(told, last.Depth + (last.Passed ? "+" : "-"));
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
    public async Task A_prune_counts_no_planted_blob_among_the_newest_tables()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(nights: 2);
        RunId[] sets = [.. (await bench.StateAsync()).Sets.Select(set => set.Id)];
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        await AddAsync(repository, sets, Drilled(sets[0], passed: true));
        for (int i = 1; i <= 3; i++)
        {
            await PlantAsync(bench.Blobs, $"checks/00000000000{i}", [1]);
        }

        await bench.PruneAsync();

        Assert.NotNull((await repository.SetChecks.ReadAsync(Token)).FindLast(sets[0], SetCheckKinds.Drill));

        // With nothing that can be read nobody knows what stands for what.
        await bench.Blobs.DeleteAsync("checks/999999999999", Token);
        await PlantAsync(bench.Blobs, "checks/999999999999", [1]);
        await bench.PruneAsync();
        Assert.Equal(4, (await bench.NamesAsync("checks/")).Length);
    }

    [Fact]
    public async Task A_table_with_the_last_number_is_named_where_none_can_follow_it()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(nights: 1);
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        await PlantTableAsync(repository, "checks/000000000000", []);

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            repository.SetChecks.AddAsync(_ => [Drilled(bench.Sets.Keys.Single(), passed: true)], Token)
        );

        Assert.Contains("'checks/000000000000' has the last number", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Each is passed over for the one before it, as what does not authenticate is.</summary>
    [Fact]
    public async Task A_table_that_no_writer_stores_does_not_count()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        RunId set = bench.NewRun();
        SetCheck failed = Drilled(set, passed: false);
        string line = new('x', 1004);
        await PlantTableAsync(repository, "checks/999999999999", [failed with { Findings = [.. Lines(20, line)] }]);

        await PlantTableAsync(repository, "checks/999999999998", [failed with { Findings = [.. Lines(21, "x")] }]);
        await PlantTableAsync(repository, "checks/999999999997", [failed with { Findings = [line + "x"] }]);
        await PlantTableAsync(repository, "checks/999999999996", Enumerable.Repeat(failed, 4));
        await PlantTableAsync(repository, "checks/999999999995", [failed], spaces: 16 << 20);

        SetCheckTable table = await repository.SetChecks.ReadAsync(Token);
        Assert.Equal(20, Assert.Single(table.Checks).Findings.Length);

        static IEnumerable<string> Lines(int count, string line) => Enumerable.Repeat(line, count);
    }

    /// <summary>Lines are cut to the length that a reader takes.</summary>
    [Fact]
    public async Task A_check_with_more_and_longer_findings_than_a_table_takes_is_cut_and_can_be_read()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        RunId set = bench.NewRun();
        SetCheck failed = Drilled(set, passed: false);

        await AddAsync(repository, [set], failed with { Findings = [.. Enumerable.Repeat(new string('x', 5000), 30)] });

        SetCheck read = Assert.Single((await repository.SetChecks.ReadAsync(Token)).Checks);
        Assert.Equal((20, 1004), (read.Findings.Length, read.Findings.Max(line => line.Length)));
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
            await other.KeyGenerations.RotateAsync([]);
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
    public async Task A_prune_keeps_the_checks_of_sets_that_were_sealed_while_it_deleted()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(nights: 3);
        await using BackupRepository other = await bench.OpenAsync(bench.Blobs);
        RunId old = bench.Sets.Keys.First();
        await other.SetChecks.AddAsync(_ => [Drilled(old, passed: true)], Token);
        await bench.ForgetAsync(0);
        var store = new VisitedBlobStore(
            bench.Blobs,
            new RequestNumbers(),
            OnceAt(
                call => call.Verb is BlobVerb.Delete,
                async () =>
                {
                    await bench.BackUpAsync(nights: 1);
                    await other.SetChecks.AddAsync(_ => [Drilled(bench.Sets.Keys.Last(), passed: true)], Token);
                }
            )
        );

        await bench.PruneAsync(store);

        SetCheck left = Assert.Single((await other.SetChecks.ReadAsync(Token)).Checks);
        Assert.Equal(bench.Sets.Keys.Last(), left.Set);
    }

    [Fact]
    public async Task A_writer_that_was_overtaken_keeps_the_checks_of_sets_that_were_sealed_meanwhile()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(nights: 1);
        RunId first = bench.Sets.Keys.Single();
        await using BackupRepository other = await bench.OpenAsync(bench.Blobs);
        var store = new VisitedBlobStore(
            bench.Blobs,
            new RequestNumbers(),
            OnceAt(
                call => call.Verb is BlobVerb.PutIfAbsent && call.Name.StartsWith("checks/", StringComparison.Ordinal),
                async () =>
                {
                    await bench.BackUpAsync(nights: 1);
                    await other.SetChecks.AddAsync(_ => [Drilled(bench.Sets.Keys.Last(), passed: true)], Token);
                }
            )
        );
        await using BackupRepository slow = await bench.OpenAsync(store);

        await slow.SetChecks.AddAsync(_ => [Drilled(first, passed: true)], Token);

        Assert.Equal(
            bench.Sets.Keys.ToHashSet(),
            (await other.SetChecks.ReadAsync(Token)).Checks.Select(check => check.Set).ToHashSet()
        );
    }

    [Fact]
    public async Task Checks_of_a_host_that_slept_through_a_reseal_can_be_read()
    {
        using PruneBench bench = await PruneBench.CreateAsync(passphrase: new Secret("first passphrase"));
        await bench.BackUpAsync(nights: 1);
        RunId set = bench.Sets.Keys.Single();
        await using BackupRepository slept = await bench.OpenAsync(bench.Blobs);
        await using (BackupRepository owner = await bench.OpenAsync(bench.Blobs))
        {
            await owner.KeyGenerations.RotateAsync([]);
            ResealReport report = await new Reseal(owner, new PruneOptions(0)).RunAsync(Token);
            Assert.Equal(2, report.Dropped.Length);
        }

        await slept.SetChecks.AddAsync(_ => [Drilled(set, passed: true)], Token);

        await using BackupRepository after = await bench.OpenAsync(bench.Blobs);
        Assert.NotNull((await after.SetChecks.ReadAsync(Token)).FindLast(set, SetCheckKinds.Drill));
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
        SetCheck tooMuch = Drilled(set, passed: true) with { Findings = [.. Enumerable.Repeat("x", 21)] };
        await PlantTableAsync(repository, "checks/999999999998", [tooMuch]);

        Assert.Equal(
            [$"{set} verify data True []", $"{set} drill  False [\"contentstore/a is missing\"]"],
            await IndependentReader.ReadChecksAsync(temp.Combine("repository"))
        );
    }

    private static Func<BlobCall, bool, CancellationToken, Task> OnceAt(Func<BlobCall, bool> at, Func<Task> act)
    {
        int times = 0;
        return async (call, served, _) =>
        {
            if (!served && at(call) && Interlocked.Increment(ref times) == 1)
            {
                await act();
            }
        };
    }

    private static Task AddAsync(BackupRepository repository, RunId[] live, params SetCheck[] checks) =>
        repository.SetChecks.AddAsync(
            _ => Task.FromResult<(IReadOnlyCollection<SetCheck>, IReadOnlySet<RunId>)>((checks, live.ToHashSet())),
            Token
        );

    private static Task<PutOutcome> PlantAsync(IBlobStore store, string name, byte[] bytes) =>
        store.PutIfAbsentAsync(name, bytes, Token);

    /// <summary>With the repository's keys, and not by the rules of a writer.</summary>
    private static Task<PutOutcome> PlantTableAsync(
        BackupRepository repository,
        string name,
        IEnumerable<SetCheck> checks,
        int spaces = 0
    ) =>
        PlantAsync(
            repository.Blobs.Store,
            name,
            repository.Blobs.Cipher.Seal(
                ObjectType.CheckTable,
                name,
                [
                    .. JsonSerializer.SerializeToUtf8Bytes(
                        new SetCheckDocument([.. checks]),
                        SetCheckJson.Default.SetCheckDocument
                    ),
                    .. Enumerable.Repeat((byte)' ', spaces),
                ]
            )
        );

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
