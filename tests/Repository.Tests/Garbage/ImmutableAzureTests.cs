using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Azure;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>Prunes through the client of Azure, with its service's answers of a store that keeps blobs.</summary>
[Trait("needs", "server")]
public sealed class ImmutableAzureTests(OnDemand<AzuriteServer> azurite) : IAsyncLifetime
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    // The service's dates of creation are Azurite's, so that the clock begins there.
    private readonly JumpingClock _clock = new() { Now = TimeProvider.System.GetUtcNow() };
    private ImmutableAzure _http = null!;
    private AzureBlobStore _store = null!;

    public async ValueTask InitializeAsync() => await OpenAsync(hidesDates: false);

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_a_policy_keeps_is_counted_and_not_asked_for_and_goes_at_its_date()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.DieAsync(isOver: true);
        await bench.ForgetAsync(0, 1, 2);

        PruneReport early = await bench.PruneAsync();

        Assert.Equal((0, 0, 0), (early.RepackedBytes, early.DeletedBlobs, _http.Refused));
        Assert.True(early is { LaterBlobs: > 0, UnusedBytes: > 100_000, Warnings: null }, $"{early}");
        Assert.InRange(early.LaterFrom!.Value, _clock.Now, _clock.Now + Month);
        await bench.CheckAsync();
        _clock.Now += 2 * Month;
        PruneReport late = await bench.PruneAsync();
        Assert.Equal((0, 0, 0), (late.UnusedBytes, late.LaterBlobs, _http.Refused));
        Assert.Empty(await bench.NamesAsync("runs/"));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task A_legal_hold_and_a_policy_of_the_container_refuse_and_stop_nothing()
    {
        await OpenAsync(hidesDates: true);
        using PruneBench bench = await CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.ForgetAsync(0, 1, 2);

        PruneReport refused = await bench.PruneAsync();

        Assert.True(refused is { LaterBlobs: > 0, LaterFrom: null, Warnings: null } && _http.Refused > 0, $"{refused}");
        await bench.CheckAsync();
        _clock.Now += 2 * Month;
        LogState state = await bench.StateAsync();
        string[] packs = [.. state.Tombstones.Where(name => name.StartsWith("packs/", StringComparison.Ordinal))];
        string held = packs[0];
        _http.Hold(held);
        PruneReport held1 = await bench.PruneAsync();
        Assert.Equal((1, null), (held1.LaterBlobs, held1.LaterFrom));
        Assert.Contains(held, await bench.NamesAsync("packs/"));
        await bench.CheckAsync();
        _http.Release(held);
        Assert.Equal(0, (await bench.PruneAsync()).LaterBlobs);
        Assert.DoesNotContain(held, await bench.NamesAsync("packs/"));
        await bench.CheckAsync();
    }

    [Fact]
    public async Task The_dates_of_what_sets_need_are_moved_and_those_of_the_rest_run_out()
    {
        using PruneBench bench = await CreateAsync();
        await bench.BackUpHalvesAsync();
        await bench.BackUpAsync(1);
        await bench.ForgetAsync(0, 1, 2, 3);
        Dictionary<string, DateTimeOffset> before = await DatesAsync();

        PruneReport report = await bench.PruneAsync(options: new PruneOptions(1) { ProtectFor = 4 * Month });

        Assert.True(
            report is { Warnings: null, ExtendedBlobs: > 0 },
            $"{report} {string.Join(' ', report.Warnings ?? [])}"
        );
        HashSet<string> dead = [.. (await bench.StateAsync()).Tombstones];
        Assert.NotEmpty(dead);
        Dictionary<string, DateTimeOffset> after = await DatesAsync();
        Assert.All(dead, name => Assert.Equal(before[name], after[name]));
        Assert.All(
            after.Where(date => date.Key.StartsWith("packs/", StringComparison.Ordinal) && !dead.Contains(date.Key)),
            date => Assert.True(date.Value > before[date.Key] + Month, $"{date}")
        );
        await bench.CheckAsync();
    }

    [Fact]
    public async Task A_conditional_create_of_what_is_kept_finds_it_there_and_a_replacement_is_refused()
    {
        byte[] bytes = [1, 2, 3];
        Assert.Equal(PutOutcome.Created, await _store.PutIfAbsentAsync("packs/a", bytes, default));

        Assert.Equal(PutOutcome.AlreadyExists, await _store.PutIfAbsentAsync("packs/a", new byte[1], default));
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            _store.PutAsync("packs/a", new byte[1], default)
        );

        Assert.Equal(ErrorKind.Storage, fault.Kind);
        Assert.Equal(2, _http.Refused);
        byte[] read = new byte[4];
        Assert.Equal(3, await _store.ReadAsync("packs/a", 0, read, default));
        Assert.Equal(bytes, read[..3]);
    }

    private async Task OpenAsync(bool hidesDates)
    {
        AzureStores stores = await AzureStores.CreateAsync(await azurite.GetAsync());
        _http = new ImmutableAzure(new SocketsHttpHandler(), _clock) { KeepsFor = Month, HidesDates = hidesDates };
        _store = stores.New(_http);
    }

    private Task<PruneBench> CreateAsync() => PruneBench.CreateAsync(_store, clock: _clock);

    private async Task<Dictionary<string, DateTimeOffset>> DatesAsync() =>
        await _store
            .ListKeptAsync(string.Empty, CancellationToken.None)
            .ToDictionaryAsync(item => item.Name, item => item.KeptUntil!.Value);
}
