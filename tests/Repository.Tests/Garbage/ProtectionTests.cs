using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
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
        DateTimeOffset newest = _clock.Now - TimeSpan.FromDays(1);
        Assert.True(report.ExtendedBlobs > 0 && dead.Count > 0);
        Assert.All(
            (await DatesAsync()).Where(date => !date.Key.StartsWith("runs/", StringComparison.Ordinal)),
            date =>
                Assert.True(
                    dead.Contains(date.Key) || date.Key.StartsWith("index/", StringComparison.Ordinal)
                        ? date.Value == before.GetValueOrDefault(date.Key, date.Value) || date.Value >= newest + Month
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
