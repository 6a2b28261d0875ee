using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Monitoring;

/// <summary>
/// The last look at the repository. Nobody who asks waits for the storage: they get what is known, and where that is
/// old, a look begins in the background. Nobody asks: nothing is read. Thread-safe.
/// </summary>
/// <param name="look">At the repository; null: it cannot be opened, and nothing of it is known.</param>
/// <param name="unused">Measures its unused bytes, which is much work; remembered over processes.</param>
/// <param name="say">Gets why a look failed, a line, once until one goes well.</param>
public sealed class FactsKeeper(
    Func<CancellationToken, Task<RepositoryFacts>>? look,
    UnusedMemory unused,
    TimeProvider time,
    Action<string> say
) : IAsyncDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;
    private long? _asked;
    private bool _isTold;

    /// <summary>Null before the first look has ended well.</summary>
    public RepositoryFacts? Current { get; private set; }

    /// <summary>As it was measured last; null: never yet.</summary>
    public long? UnusedBytes => unused.Read()?.Bytes;

    /// <summary>Begins a look where the last one is old.</summary>
    /// <returns>The look that goes on; done where there is none.</returns>
    public Task Ask()
    {
        lock (_gate)
        {
            bool isDue = _asked is not { } asked || time.GetElapsedTime(asked) >= MaxAge;
            if (look is not null && isDue && !_stop.IsCancellationRequested)
            {
                _asked = time.GetTimestamp();
                Task former = _looking; // What it sees may be from before the run that has ended.
                _looking = Task.Run(() => LookAfterAsync(former, look), CancellationToken.None);
            }

            return _looking;
        }
    }

    /// <summary>What was known is old: a run has ended.</summary>
    public void Renew()
    {
        lock (_gate)
        {
            _asked = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private async Task LookAfterAsync(Task former, Func<CancellationToken, Task<RepositoryFacts>> look)
    {
        await former;
        await LookAsync(look);
    }

    private async Task LookAsync(Func<CancellationToken, Task<RepositoryFacts>> look)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        stop.CancelAfter(Limit);
        try
        {
            Current = await look(stop.Token);
            await unused.RenewAsync(stop.Token);
            _isTold = false;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The host ends.
        }
#pragma warning disable CA1031 // A number that is missing stops nothing: it is said, and the next look is another try.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!_isTold)
            {
                _isTold = true;
                string why = e is AbfException ? e.Message : Secret.Redact($"{e.GetType().Name}: {e.Message}");
                say($"metrics: the repository could not be looked at, and its numbers stay as they were: {why}");
            }
        }
    }
}
