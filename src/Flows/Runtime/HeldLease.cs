using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// A lease that is being renewed. Disposed once by everyone who got it; the last one stops the renewal.
/// </summary>
internal sealed class HeldLease : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Func<HeldLease, bool> _letGo;
    private readonly Task _renewal;

    /// <param name="renew">Runs until the lease is lost, and says why, or the token says stop.</param>
    /// <param name="letGo">Says whether this was the last hold.</param>
    public HeldLease(Func<CancellationToken, Task<AbfException>> renew, Func<HeldLease, bool> letGo)
    {
        _letGo = letGo;
        _renewal = WatchAsync(renew);
    }

    /// <summary>Who holds it; guarded by the keeper.</summary>
    public int Holds { get; set; }

    /// <summary>
    /// Cancelled when another run took the lease, it could not be renewed in time, or the run is over.
    /// </summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Why it was lost; null while it is not.</summary>
    public AbfException? Fault { get; private set; }

    public async ValueTask DisposeAsync()
    {
        if (_letGo(this))
        {
            await StopAsync();
        }
    }

    /// <summary>Stops renewing, and tells everyone who holds it.</summary>
    public async Task LoseAsync(AbfException why)
    {
        await _stop.CancelAsync();
        await _renewal;
        Fault ??= why;
        await _lost.CancelAsync();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _renewal;
        _stop.Dispose();
        _lost.Dispose();
    }

    private async Task WatchAsync(Func<CancellationToken, Task<AbfException>> renew)
    {
        try
        {
            Fault = await renew(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped on purpose: nothing is lost.
        }
        finally
        {
            if (!_stop.IsCancellationRequested)
            {
                await _lost.CancelAsync();
            }
        }
    }
}
