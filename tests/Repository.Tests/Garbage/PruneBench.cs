using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>A repository with some nights in it, of which some are forgotten.</summary>
internal sealed class PruneBench : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly Random _random = new(7);
    private ModelFiles _files = ModelFiles.None;
    private int _runs;
    private int _caches;

    private PruneBench(IBlobStore blobs) => Blobs = blobs;

    public IBlobStore Blobs { get; }

    public TempDirectory Temp => _temp;

    public JumpingClock Clock { get; private init; } = new();

    /// <summary>What should be there.</summary>
    public Dictionary<RunId, ModelFiles> Sets { get; } = [];

    /// <summary>What opens the repository; null: it is not encrypted.</summary>
    public Secret? Passphrase { get; private init; }

    public static async Task<PruneBench> CreateAsync(
        IBlobStore? blobs = null,
        Secret? passphrase = null,
        JumpingClock? clock = null
    )
    {
        var bench = new PruneBench(blobs ?? new MemoryBlobStore())
        {
            Passphrase = passphrase,
            Clock = clock ?? new JumpingClock(),
        };
        await BackupRepository.InitAsync(
            bench.Blobs,
            new RepositoryInit(passphrase is null ? "none" : "passphrase", passphrase, "first", bench.Clock),
            OpenedRepository.CheapSlots,
            CancellationToken.None
        );
        return bench;
    }

    /// <summary>A repository that is there.</summary>
    /// <param name="sets">What it should hold.</param>
    public static PruneBench Of(IBlobStore blobs, IReadOnlyDictionary<RunId, ModelFiles> sets)
    {
        var bench = new PruneBench(blobs) { _runs = 1000 };
        foreach ((RunId set, ModelFiles files) in sets)
        {
            bench.Sets.Add(set, files);
        }

        return bench;
    }

    /// <summary>
    /// Does some work until a request: no later one reaches the store, and that one does where it is served. Work that
    /// draws other ids of packs may make a request or two fewer, and then it lives.
    /// </summary>
    public static async Task KillAsync(IBlobStore store, int request, bool served, Func<IBlobStore, Task> work)
    {
        using var dead = new CancellationTokenSource();
        var dying = new VisitedBlobStore(
            store,
            new RequestNumbers(),
            async (call, isServed, _) =>
            {
                dead.Token.ThrowIfCancellationRequested();
                if (call.Number == request && isServed == served)
                {
                    await dead.CancelAsync();
                    throw new OperationCanceledException(dead.Token);
                }
            }
        );
        try
        {
            await work(dying);
        }
        catch (OperationCanceledException) when (dead.IsCancellationRequested)
        {
            // As asked for.
        }
    }

    /// <summary>So many nights, each a set.</summary>
    public async Task BackUpAsync(int nights, string installation = "acme")
    {
        for (int i = 0; i < nights; i++)
        {
            await BackUpAsync(_files = _files.Change(_random), installation);
        }
    }

    public async Task BackUpAsync(ModelFiles files, string installation = "acme")
    {
        await using ModelHost host = NewHost(installation);
        RunId run = NewRun();
        await host.BeginAsync(run);
        await host.StoreAsync(files);
        await host.CommitAsync();
        Sets.Add(run, files);
        Clock.Now += TimeSpan.FromDays(1);
    }

    /// <summary>Three nights that each add a pack of 200,000 bytes, and a fourth that needs half of each.</summary>
    public async Task BackUpHalvesAsync()
    {
        ModelFiles files = ModelFiles.None with { Dump = [1, 2, 3] };
        for (int night = 0; night < 3; night++)
        {
            for (int i = 0; i < 10; i++)
            {
                byte[] bytes = new byte[20_000];
                _random.NextBytes(bytes);
                files = files with { Files = files.Files.Add($"{night}-{i}", [.. bytes]) };
            }

            await BackUpAsync(files);
        }

        await BackUpAsync(
            files with
            {
                Files = files.Files.RemoveRange(files.Files.Keys.Where(path => (path[^1] - '0') % 2 == 0)),
            }
        );
    }

    /// <summary>A run that stores something and comes to nothing.</summary>
    public async Task DieAsync(bool isOver)
    {
        await using ModelHost host = NewHost("acme");
        RunId run = NewRun();
        await host.BeginAsync(run);
        await host.StoreAsync(_files.Change(_random));
        if (isOver)
        {
            await (await host.OpenAsync()).Log.AbortAsync(run, "it came to nothing");
        }
    }

    /// <param name="places">Of the sets that are there, by their place in the log.</param>
    public async Task ForgetAsync(params int[] places)
    {
        await using BackupRepository repository = await OpenAsync(Blobs);
        foreach (
            RunId set in await repository.Log.ExpireAsync(state =>
                Task.FromResult<IReadOnlyCollection<RunId>>([.. places.Select(place => state.Sets[place].Id)])
            )
        )
        {
            Sets.Remove(set);
        }
    }

    /// <summary>A prune as a process that was just started does it.</summary>
    public async Task<PruneReport> PruneAsync(IBlobStore? store = null, PruneOptions? options = null)
    {
        await using BackupRepository repository = await OpenAsync(store ?? Blobs);
        return await new Prune(repository, options ?? new PruneOptions(0)).RunAsync(CancellationToken.None);
    }

    public async Task<LogState> StateAsync()
    {
        await using BackupRepository repository = await OpenAsync(Blobs);
        return (await repository.Log.ReadAsync()).State;
    }

    public Task<BackupRepository> OpenAsync(IBlobStore store) =>
        BackupRepository.OpenAsync(store, ModelHost.AccessOf(Passphrase, _temp.Combine($"cache{_caches++}"), Clock));

    /// <summary>Every set, byte by byte, and no other.</summary>
    public async Task CheckAsync(IBlobStore? store = null)
    {
        Dictionary<RunId, ModelFiles> there = await ModelHost.ReadAllAsync(
            store ?? Blobs,
            _temp.Combine($"cache{_caches++}"),
            Passphrase
        );
        ModelHost.RequireSame(Sets, there);
    }

    public ModelHost NewHost(string installation) =>
        new(Blobs, installation, _temp.Combine($"cache{_caches++}"), Clock, Passphrase);

    public RunId NewRun() => RunId.Parse($"20261122T201500Z-{++_runs:x8}");

    public async Task<string[]> NamesAsync(string prefix, IBlobStore? store = null) =>
        await (store ?? Blobs).ListAsync(prefix, CancellationToken.None).Select(item => item.Name).ToArrayAsync();

    /// <summary>The same blobs in another store in memory.</summary>
    public async Task<IBlobStore> CopyAsync()
    {
        var copy = new MemoryBlobStore();
        await CopyToAsync(copy);
        return copy;
    }

    public async Task CopyToAsync(IBlobStore copy)
    {
        await foreach (BlobItem item in Blobs.ListAsync(string.Empty, CancellationToken.None))
        {
            byte[] bytes = new byte[item.Length];
            await Blobs.ReadAsync(item.Name, 0, bytes, CancellationToken.None);
            await copy.PutIfAbsentAsync(item.Name, bytes, CancellationToken.None);
        }
    }

    public void Dispose() => _temp.Dispose();
}
