using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>
/// A history of two hosts and a collector on one repository, drawn from a seed: backups step by step, sets that are
/// forgotten, prunes, mirrors and compactions of the index in whose requests other hosts work and which die at one, a clock that jumps, a store
/// that refuses to delete. After each step every set that should be there is read, byte by byte, and after each mirror
/// every set of the copy.
/// </summary>
internal sealed class RandomHistory : IAsyncDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly Random _random;
    private readonly JumpingClock _clock = new();
    private readonly PolicyBlobStore _store;
    private readonly ModelHost[] _hosts;
    private readonly ModelFiles[] _files = [ModelFiles.None, ModelFiles.None];
    private readonly Dictionary<RunId, ModelFiles> _sets = [];
    private readonly Dictionary<RunId, ModelFiles> _everySet = [];
    private readonly MemoryBlobStore _copy = new();

    /// <summary>How often something went that a mirror may not have, and what of it the last one that was done saw go.</summary>
    private int _gone;

    private int _goneBeforeMirror;
    private readonly List<string> _done = [];
    private int _runs;
    private int _caches;

    public RandomHistory(int seed)
    {
        _random = new Random(seed);
        _store = new PolicyBlobStore(new MemoryBlobStore(_clock), TimeSpan.Zero, _clock);
        _hosts = [.. Enumerable.Range(0, 2).Select(i => new ModelHost(_store, $"host{i}", NewCache(), _clock))];
    }

    /// <summary>What was done, for whoever must find out why.</summary>
    public string Story => string.Join(", ", _done);

    public async Task RunAsync(int steps)
    {
        await BackupRepository.InitAsync(_store, new RepositoryInit("none", null, "first", _clock));
        for (int i = 0; i < steps; i++)
        {
            await StepAsync(mayPrune: true);
            await CheckAsync();
        }

        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ModelHost host in _hosts)
        {
            await host.DisposeAsync();
        }

        _temp.Dispose();
    }

    private async Task StepAsync(bool mayPrune)
    {
        switch (_random.Next(mayPrune ? 18 : 9))
        {
            case < 7:
                await BackUpAsync(_random.Next(2));
                break;
            case 7:
                await ForgetAsync();
                break;
            case 8:
                Note("the clock jumps");
                _clock.Now += TimeSpan.FromHours(_random.Next(-100, 101));
                break;
            case 9:
                _store.KeepsFor = TimeSpan.FromHours(_random.Next(3) == 0 ? 48 : 0);
                Note($"the store keeps for {_store.KeepsFor.TotalHours} h");
                break;
            case 10 or 11:
                await MirrorAsync();
                break;
            case 12 or 13:
                await CompactAsync();
                break;
            default:
                await PruneAsync();
                break;
        }
    }

    private async Task BackUpAsync(int number)
    {
        ModelHost host = _hosts[number];
        if (_random.Next(8) == 0)
        {
            Note($"{number} dies");
            await host.DieAsync();
        }
        else if (!host.HasRun)
        {
            Note($"{number} begins");
            await host.BeginAsync(RunId.Parse($"20261122T201500Z-{++_runs:x8}"));
        }
        else if (!host.HasStored)
        {
            Note($"{number} stores");
            _files[number] = _files[number].Change(_random);
            await host.StoreAsync(_files[number]);
        }
        else
        {
            Note($"{number} commits");
            RunId run = host.Run;
            await host.CommitAsync();
            _sets.Add(run, _files[number]);
            _everySet.Add(run, _files[number]);
        }
    }

    private async Task ForgetAsync()
    {
        BackupRepository repository = await _hosts[0].OpenAsync();
        int number = _random.Next(Math.Max(1, _sets.Count));
        foreach (
            RunId set in await repository.Log.ExpireAsync(state =>
                Task.FromResult<IReadOnlyCollection<RunId>>(
                    state.Sets.Length > 1 ? [state.Sets[number % state.Sets.Length].Id] : []
                )
            )
        )
        {
            Note($"{set} is forgotten");
            _gone++;
            Assert.True(_sets.Remove(set));
        }
    }

    /// <summary>A copy that was left in the middle names what is there, unless a set, or an index blob, came
    /// and went since the last.</summary>
    private async Task MirrorAsync()
    {
        int gone = _gone;
        bool isDone = await DisturbAsync(
            "mirror",
            _store,
            async store =>
            {
                MirrorReport report = await new Mirror(store, _copy, new MirrorOptions(), TimeProvider.System).RunAsync(
                    CancellationToken.None
                );
                Assert.True(report.IsDone, report.ToString());
            }
        );
        _goneBeforeMirror = isDone ? Math.Max(gone, _goneBeforeMirror) : _goneBeforeMirror;
        if ((isDone || _goneBeforeMirror == _gone) && await _copy.ListAsync("config/", CancellationToken.None).AnyAsync())
        {
            Dictionary<RunId, ModelFiles> there = await ModelHost.ReadAllAsync(_copy, NewCache());
            ModelHost.RequireSame(_everySet.Where(set => there.ContainsKey(set.Key)).ToDictionary(), there);
        }
    }

    private async Task PruneAsync()
    {
        var options = new PruneOptions(_random.Next(3) * 0.1, _random.Next(4) == 0 ? 20_000 : null);
        await DisturbAsync(
            "prune",
            _store,
            async store =>
            {
                await using BackupRepository repository = await BackupRepository.OpenAsync(
                    store,
                    new RepositoryAccess("none", null, NewCache(), _clock)
                );
                await new Prune(repository, options).RunAsync(CancellationToken.None);
            }
        );
    }

    private Task<bool> CompactAsync()
    {
        // A prune may now delete index blobs of sets that are still there: to a mirror they came and went as well.
        _gone++;
        return DisturbAsync(
            "compact",
            _store,
            async store =>
            {
                await using BackupRepository repository = await BackupRepository.OpenAsync(
                    store,
                    new RepositoryAccess("none", null, NewCache(), _clock)
                );
                await new SmallIndexes(repository) { MaxLeft = 1 }.CompactAsync(CancellationToken.None);
            }
        );
    }

    /// <summary>Work that dies at a request, and in whose requests others are at work.</summary>
    /// <returns>Whether it came to its end.</returns>
    private async Task<bool> DisturbAsync(string what, IBlobStore blobs, Func<IBlobStore, Task> work)
    {
        int dies = _random.Next(3) == 0 ? _random.Next(60) : int.MaxValue;
        bool served = _random.Next(2) == 0;
        HashSet<int> others = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => _random.Next(60))];
        using var dead = new CancellationTokenSource();
        using var turn = new SemaphoreSlim(1);
        var store = new VisitedBlobStore(
            blobs,
            new RequestNumbers(),
            async (call, isServed, _) =>
            {
                dead.Token.ThrowIfCancellationRequested();
                if (call.Number == dies && isServed == served)
                {
                    await dead.CancelAsync();
                    throw new OperationCanceledException(dead.Token);
                }

                if (!isServed && others.Contains(call.Number))
                {
                    // Deletions go side by side; the others are one at a time.
                    await turn.WaitAsync(CancellationToken.None);
                    Note($"(at request {call.Number}:");
                    await StepAsync(mayPrune: _random.Next(3) == 0);
                    Note("done)");
                    turn.Release();
                }
            }
        );
        Note(dies == int.MaxValue ? what : $"{what} dies at {dies}");
        try
        {
            await work(store);
            return true;
        }
        catch (OperationCanceledException) when (dead.IsCancellationRequested)
        {
            // As asked for.
            return false;
        }
    }

    private async Task CheckAsync()
    {
        ModelHost.RequireSame(_sets, await ModelHost.ReadAllAsync(_store, NewCache()));
    }

    /// <summary>All runs end, nothing is refused any more: what is left is what the sets need.</summary>
    private async Task EndAsync()
    {
        BackupRepository repository = await _hosts[0].OpenAsync();
        foreach (RunOpened run in (await repository.Log.ReadAsync()).State.OpenRuns)
        {
            await repository.Log.AbortAsync(run.Run, "the end");
        }

        await new Mirror(_store, _copy, new MirrorOptions(), TimeProvider.System).RunAsync(CancellationToken.None);
        ModelHost.RequireSame(_sets, await ModelHost.ReadAllAsync(_copy, NewCache()));
        _clock.Now += TimeSpan.FromDays(1000);
        PruneReport first = await new Prune(repository, new PruneOptions(0.05)).RunAsync(CancellationToken.None);
        await CheckAsync();
        Assert.True(first.UnusedBytes <= 0.05 * first.StoredBytes, $"{first}");
        Assert.Equal(0, first.LaterBlobs);
        Assert.Equal(first.StoredBytes, await BytesAsync("packs/"));
        Assert.Equal(0, await BytesAsync("runs/"));
        await RequireRestAsync(repository);
        LogState state = (await repository.Log.ReadAsync()).State;
        Assert.Empty(state.Tombstones);
        Assert.All(state.Indexes, index => Assert.True(index.Replaces.IsDefault));
        Assert.Equal(state.Indexes.Length, await _store.ListAsync("index/", CancellationToken.None).CountAsync());
        await CheckAsync();
    }

    /// <summary>
    /// Prunes come to an end. Not always at once: of a chunk that lies in two packs the lower id counts, which is drawn anew
    /// for a pack that is written anew.
    /// </summary>
    private static async Task RequireRestAsync(BackupRepository repository)
    {
        List<PruneReport> reports = [];
        do
        {
            Assert.True(reports.Count < 5, string.Join("; ", reports));
            reports.Add(await new Prune(repository, new PruneOptions(0.05)).RunAsync(CancellationToken.None));
        } while (reports[^1] is not { FreedBytes: 0, RepackedBytes: 0, DeletedBlobs: 0 });
    }

    private async Task<long> BytesAsync(string prefix) =>
        await _store.ListAsync(prefix, CancellationToken.None).Select(item => item.Length).SumAsync();

    private string NewCache() => _temp.Combine($"cache{_caches++}");

    private void Note(string what) => _done.Add(what);
}
