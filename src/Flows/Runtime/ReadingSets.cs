using System.Globalization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// Keeps sets from being forgotten while activities of this process read them: a lease for each, renewed while anybody
/// reads, and held on between two activities for as long as it lasts. A courtesy: where the control store
/// cannot be written (a repository on a read-only volume), sets are read without it, and that is said in the log.
/// </summary>
/// <param name="openControl">The control store; null where there is none to write to.</param>
public sealed class ReadingSets(
    Func<CancellationToken, Task<IBlobStore?>> openControl,
    TimeProvider time,
    ILogger logger
) : IAsyncDisposable
{
    private readonly Guid _reader = Guid.NewGuid();
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<string, int> _readers = [];

    /// <summary>When the lease of a set was taken or renewed.</summary>
    private readonly Dictionary<string, long> _taken = [];
    private readonly CancellationTokenSource _stop = new();
    private IBlobStore? _control;
    private bool _isOpened;
    private Task _renewal = Task.CompletedTask;

    /// <summary>Until what is returned is disposed, and up to a minute longer.</summary>
    /// <param name="set">Null: all sets.</param>
    public async Task<IAsyncDisposable> HoldAsync(RunId? set, CancellationToken cancellationToken)
    {
        string name = set?.ToString() ?? SetMarks.All;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            // Whoever gives up while the lease is taken reads nothing, and must not count: it would be renewed for ever.
            if (_readers.GetValueOrDefault(name) == 0 && !WasTakenLately(name))
            {
                await TryTakeAsync(name, cancellationToken);
            }

            _readers[name] = _readers.GetValueOrDefault(name) + 1;

            if (_renewal.IsCompleted)
            {
                _renewal = RenewAsync();
            }
        }
        finally
        {
            _gate.Release();
        }

        return new Held(this, name);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewal;
        foreach (string name in _readers.Keys)
        {
            await TryReleaseAsync(name);
        }

        _stop.Dispose();
        _gate.Dispose();
    }

    /// <summary>The process ends in order: nobody need wait for the leases to end.</summary>
    private async Task TryReleaseAsync(string name)
    {
        try
        {
            if (_control is not null)
            {
                await _control.ReleaseLeaseAsync(BlobOf(name), _reader, CancellationToken.None);
                await _control.DeleteAsync(BlobOf(name), CancellationToken.None);
            }
        }
        catch (AbfException e)
        {
            Logs.NotHeld(logger, name, e.Message);
        }
    }

    private string BlobOf(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{SetMarks.ReadingPrefix}{name}/{_reader:N}");

    private async Task TryTakeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            if (!_isOpened)
            {
                _control = await openControl(cancellationToken);
                _isOpened = true;
            }

            if (_control is not null)
            {
                await _control.AcquireLeaseAsync(BlobOf(name), _reader, LeaseKeeper.Duration, cancellationToken);
                _taken[name] = time.GetTimestamp();
            }
        }
        catch (AbfException e)
        {
            // A network that is away comes back, and the next renewal takes the lease then.
            _isOpened |= e is PermanentException;
            Logs.NotHeld(logger, name, e.Message);
        }
    }

    /// <summary>The next renewal comes before such a lease ends.</summary>
    private bool WasTakenLately(string name) =>
        _taken.TryGetValue(name, out long taken) && time.GetElapsedTime(taken) < LeaseKeeper.RenewEvery;

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(LeaseKeeper.RenewEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await _gate.WaitAsync(_stop.Token);
                try
                {
                    foreach (string name in _readers.Where(reader => reader.Value > 0).Select(reader => reader.Key))
                    {
                        await TryTakeAsync(name, _stop.Token);
                    }
                }
                finally
                {
                    _gate.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends, and the leases after it.
        }
    }

    private async ValueTask LetGoAsync(string name)
    {
        await _gate.WaitAsync(CancellationToken.None);
        _readers[name]--;
        _gate.Release();
    }

    private sealed class Held(ReadingSets sets, string name) : IAsyncDisposable
    {
        private bool _isGone;

        public async ValueTask DisposeAsync()
        {
            if (!_isGone)
            {
                _isGone = true;
                await sets.LetGoAsync(name);
            }
        }
    }
}
