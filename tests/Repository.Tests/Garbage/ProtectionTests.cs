using System.Collections.Concurrent;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>Prunes on a store that keeps each blob until a date of its own.</summary>
public sealed class ProtectionTests
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private readonly JumpingClock _clock = new();
    private readonly PolicyBlobStore _policy;

    public ProtectionTests() =>
        _policy = new PolicyBlobStore(new MemoryBlobStore(_clock), Month, _clock) { HasDates = true };

    [Fact]
    public async Task What_is_kept_until_a_date_is_neither_asked_for_nor_written_anew_before_it()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.ForgetAsync(0, 1, 2);
        PruneReport planned = await PreviewAsync(bench);

        PruneReport early = await bench.PruneAsync();

        Assert.Equal((0, 0, 0), (early.RepackedBytes, early.DeletedBlobs, _policy.Refused));
        Assert.True(early.UnusedBytes > 100_000 && early.LaterBlobs > 0, early.ToString());
        Assert.Equal((0, early.LaterFrom), (planned.DeletedBlobs, planned.LaterFrom));
        await bench.CheckAsync();

        // From then on one is let go of each day; the others are left alone.
        _clock.Now = early.LaterFrom!.Value + TimeSpan.FromMinutes(1);
        PruneReport next = await bench.PruneAsync();
        Assert.True(next.RepackedBytes is > 50_000 and < 150_000 && next.LaterBlobs > 0, next.ToString());
        _clock.Now += 2 * Month;
        PruneReport last = await bench.PruneAsync();
        Assert.Equal((0, 0, 0), (last.UnusedBytes, last.LaterBlobs, _policy.Refused));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task The_protection_of_what_sets_need_is_extended_and_of_nothing_else()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.BackUpAsync(1);
        await bench.ForgetAsync(0, 1, 2, 3);
        _clock.Now += TimeSpan.FromDays(20);
        await bench.BackUpAsync(1);
        Dictionary<string, DateTimeOffset> before = await DatesAsync();
        var options = new PruneOptions(1) { ProtectFor = Month };

        PruneReport report = await bench.PruneAsync(options: options);

        Assert.Null(report.Warnings);
        LogState state = await bench.StateAsync();
        HashSet<string> dead = [.. state.Tombstones];
        HashSet<string> live = [.. LogState.Live(state.Indexes).Select(index => index.Id.BlobName)];
        string[] replaced = [.. state.Indexes.Select(index => index.Id.BlobName).Where(name => !live.Contains(name))];
        Assert.NotEmpty(replaced.Intersect(before.Keys));
        DateTimeOffset newest = _clock.Now - TimeSpan.FromDays(1);
        Assert.True(report.ExtendedBlobs > 0 && dead.Count > 0);
        Assert.All(
            (await DatesAsync()).Where(date => !date.Key.StartsWith("runs/", StringComparison.Ordinal)),
            date =>
                Assert.True(
                    dead.Contains(date.Key) || replaced.Contains(date.Key)
                        ? date.Value == before[date.Key]
                        : date.Value >= newest + (Month / 2),
                    $"{date.Key}: {date.Value}"
                )
        );
        Assert.All(dead, name => Assert.Equal(before[name], _policy.UntilOf(name)));

        // Once a half of the time is left at least, dates stay; and a clock that jumps here locks nothing.
        Assert.Equal(0, (await bench.PruneAsync(options: options)).ExtendedBlobs);
        bench.Clock.Now += TimeSpan.FromDays(10_000);
        Assert.Equal(0, (await bench.PruneAsync(options: options)).ExtendedBlobs);
        await bench.CheckAsync();
    }

    [Fact]
    public async Task With_a_prune_each_night_what_nothing_needs_goes_all_the_same_and_packs_are_written_anew()
    {
        var passphrase = new Secret("first passphrase");
        using PruneBench bench = await PruneBench.CreateAsync(_policy, passphrase, _clock);
        await bench.BackUpHalvesAsync();
        string[] halves = await _policy
            .ListAsync("packs/", CancellationToken.None)
            .Where(pack => pack.Length > 150_000)
            .Select(pack => pack.Name)
            .ToArrayAsync();
        Assert.Equal(3, halves.Length);
        await using (BackupRepository repository = await bench.OpenAsync(bench.Blobs))
        {
            KeyChange added = await repository.Keys.AddAsync(new Secret("other"), "other");
            await repository.Keys.RemoveAsync(added.SlotId!);
        }

        string[] planted = ["log/junk", "config/junk", "config/99", "index/junk"];
        foreach (string name in planted)
        {
            await _policy.PutIfAbsentAsync(name, new byte[] { 1 }, CancellationToken.None);
        }

        DateTimeOffset plantedUntil = _clock.Now + Month;
        var options = new PruneOptions(0.05) { ProtectFor = Month };
        await bench.ForgetAsync(0, 1, 2);
        long repacked = 0;
        for (int night = 0; night < 70; night++)
        {
            await bench.BackUpAsync(1);
            await bench.ForgetAsync([.. night > 0 ? [1] : Array.Empty<int>()]);
            repacked += (await bench.PruneAsync(options: options)).RepackedBytes;
        }

        LogState state = await bench.StateAsync();
        HashSet<ChunkIndexId> live = [.. LogState.Live(state.Indexes).Select(index => index.Id)];
        // A night leaves two, which the store keeps for a month: of 140 no more than these.
        Assert.InRange(state.Indexes.Count(index => !live.Contains(index.Id)), 0, 70);
        Assert.Equal([$"config/{state.Config.Number}", "config/99", "config/junk"], await bench.NamesAsync("config/"));
        Assert.All(planted, name => Assert.True(_policy.UntilOf(name) <= plantedUntil, name));

        // Of each pack of the first three nights a half is needed.
        Assert.True(repacked >= 250_000, $"{repacked}");
        Assert.Empty((await bench.NamesAsync("packs/")).Intersect(halves));
        Assert.All(
            live,
            index => Assert.True(_policy.UntilOf(index.BlobName) >= _clock.Now - TimeSpan.FromDays(1) + (Month / 2))
        );
        await bench.CheckAsync();
    }

    [Fact]
    public async Task No_blob_is_looked_into_for_an_old_config_that_the_store_keeps_until_a_date()
    {
        var passphrase = new Secret("first passphrase");
        _policy.KeepsFor = 10 * Month;
        using PruneBench bench = await PruneBench.CreateAsync(_policy, passphrase, _clock);
        _policy.KeepsFor = TimeSpan.Zero;
        await bench.BackUpAsync(2);
        await using (BackupRepository repository = await bench.OpenAsync(bench.Blobs))
        {
            await repository.KeyGenerations.RotateAsync([]);
            Assert.Equal(2, (await new Reseal(repository, new PruneOptions(0)).RunAsync(default)).Dropped.Length);
        }

        await bench.PruneAsync();
        Assert.Equal(["config/1", "config/3"], await bench.NamesAsync("config/"));
        Assert.False(await AreHeadersReadAsync());
        _clock.Now += 11 * Month;
        Assert.True(await AreHeadersReadAsync());
        Assert.Equal(["config/3"], await bench.NamesAsync("config/"));

        async Task<bool> AreHeadersReadAsync()
        {
            var read = new HeaderReads(_policy);
            await bench.PruneAsync(read);
            return !read.Names.IsEmpty;
        }
    }

    [Fact]
    public async Task A_store_without_such_dates_says_so()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(2);

        PruneReport report = await bench.PruneAsync(options: new PruneOptions(0) { ProtectFor = Month });

        Assert.Contains("retention.protectFor", Assert.Single(report.Warnings!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_run_has_left_that_the_store_keeps_stops_nobody()
    {
        using PruneBench bench = await CreateAsync();
        await bench.DieAsync(isOver: true);
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        RunId run = RunId.Parse("20261122T201500Z-00000001");

        FreedStorage freed = await repository.DeleteLeftoversAsync(run, CancellationToken.None);

        Assert.Equal(FreedStorage.None, freed);
        Assert.NotEmpty(await bench.NamesAsync("runs/"));
        _clock.Now += 2 * Month;
        Assert.True((await repository.DeleteLeftoversAsync(run, CancellationToken.None)).Packs > 0);
        Assert.Empty(await bench.NamesAsync("runs/"));
    }

    /// <summary>Notes packs of which no more is read than what a header says of its key.</summary>
    private sealed class HeaderReads(IBlobStore inner) : WrappedStore(inner), IBlobStore
    {
        private readonly IBlobStore _inner = inner;

        public ConcurrentBag<string> Names { get; } = [];

        public override Task<int?> ReadAsync(
            string name,
            long offset,
            Memory<byte> destination,
            CancellationToken cancellationToken
        )
        {
            if (destination.Length == ObjectHeader.FixedSize && name.StartsWith("packs/", StringComparison.Ordinal))
            {
                Names.Add(name);
            }

            return base.ReadAsync(name, offset, destination, cancellationToken);
        }

        IAsyncEnumerable<BlobItem> IBlobStore.ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
            _inner.ListKeptAsync(prefix, cancellationToken);
    }

    private Task<PruneBench> CreateAsync() => PruneBench.CreateAsync(_policy, clock: _clock);

    private static async Task<PruneReport> PreviewAsync(PruneBench bench)
    {
        await using BackupRepository repository = await bench.OpenAsync(bench.Blobs);
        return await new Prune(repository, new PruneOptions(0)).PreviewAsync(CancellationToken.None);
    }

    private async Task<Dictionary<string, DateTimeOffset>> DatesAsync() =>
        await _policy
            .ListKeptAsync(string.Empty, CancellationToken.None)
            .ToDictionaryAsync(item => item.Name, item => item.KeptUntil!.Value);
}
