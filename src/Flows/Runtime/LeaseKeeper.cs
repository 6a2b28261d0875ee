using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// Keeps other hosts off an installation while activities of a run are running. Correctness does not need it, the log
/// decides; it avoids two runs that take each other's time. The lease's id derives from the run's, so a run that was
/// killed goes on at once.
/// </summary>
/// <param name="control">The control store.</param>
/// <param name="name">The installation's lease blob.</param>
internal sealed class LeaseKeeper(IBlobStore control, string name, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Azure's longest.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    /// <summary>What was asked no longer ago than this is not asked again.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<RunId, HeldLease> _held = [];

    /// <summary>When this process took or renewed a lease that it has not given back.</summary>
    private readonly Dictionary<RunId, long> _renewed = [];

    /// <summary>The lease of an installation.</summary>
    public static string NameOf(string installation) => $"leases/{installation}";

    /// <summary>The first 16 bytes of SHA-256 over the run's id: the same in every process of a run.</summary>
    public static Guid LeaseId(RunId run) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"abf-lease:{run}")).AsSpan(0, 16));

    /// <summary>
    /// Takes the lease, or renews it where that was not done lately, and renews it until the last hold of the run is
    /// disposed. Another run's lease is a <see cref="PermanentException"/> of kind Busy.
    /// </summary>
    public async Task<HeldLease> HoldAsync(RunId run, CancellationToken cancellationToken)
    {
        if (!WasRenewedLately(run) && !await TryAcquireAsync(run, cancellationToken))
        {
            throw await BusyAsync(run, cancellationToken);
        }

        lock (_gate)
        {
            if (!_held.TryGetValue(run, out HeldLease? held) || held.Lost.IsCancellationRequested)
            {
                held = new HeldLease(token => RenewAsync(run, token), lease => Forget(run, lease));
                _held[run] = held;
            }

            held.Holds++;
            return held;
        }
    }

    /// <summary>
    /// Gives the lease back, whether it is held here or not: the run is over. What is still running for it here stops,
    /// such as the dump of a cancelled backup; an engine may have no other way to tell it.
    /// </summary>
    public async Task ReleaseAsync(RunId run, CancellationToken cancellationToken)
    {
        HeldLease? held;
        lock (_gate)
        {
            _renewed.Remove(run);
            if (_held.Remove(run, out held))
            {
                held.Holds++;
            }
        }

        if (held is not null)
        {
            await held.LoseAsync(new PermanentException(ErrorKind.Cancelled, $"Run {run} is over."));
            await held.DisposeAsync();
        }

        await control.ReleaseLeaseAsync(name, LeaseId(run), cancellationToken);
    }

    public static PermanentException Busy(RunId run) => Busy(run, string.Empty);

    private async Task<PermanentException> BusyAsync(RunId run, CancellationToken cancellationToken) =>
        Busy(run, $" ({await control.DescribeLeaseAsync(name, cancellationToken)})");

    private static PermanentException Busy(RunId run, string lease) =>
        new(
            ErrorKind.Busy,
            $"Run {run} does not hold the installation's lease: another backup of it is running{lease}. Wait for its "
                + "end, or look with 'abf status' on its host."
        );

    public async ValueTask DisposeAsync()
    {
        HeldLease[] held;
        lock (_gate)
        {
            held = [.. _held.Values];
            _held.Clear();
            _renewed.Clear();
        }

        foreach (HeldLease lease in held)
        {
            await lease.StopAsync();
        }
    }

    private bool WasRenewedLately(RunId run)
    {
        lock (_gate)
        {
            return _renewed.TryGetValue(run, out long at) && time.GetElapsedTime(at) < RenewEvery;
        }
    }

    private long RenewedAt(RunId run)
    {
        lock (_gate)
        {
            return _renewed.GetValueOrDefault(run, time.GetTimestamp());
        }
    }

    private async Task<bool> TryAcquireAsync(RunId run, CancellationToken cancellationToken)
    {
        long asked = time.GetTimestamp();
        bool acquired = await control.AcquireLeaseAsync(name, LeaseId(run), Duration, cancellationToken);
        lock (_gate)
        {
            if (acquired)
            {
                _renewed[run] = asked;
            }
            else
            {
                _renewed.Remove(run);
            }
        }

        return acquired;
    }

    private bool Forget(RunId run, HeldLease lease)
    {
        lock (_gate)
        {
            if (--lease.Holds > 0)
            {
                return false;
            }

            if (_held.GetValueOrDefault(run) == lease)
            {
                _held.Remove(run);
            }

            return true;
        }
    }

    /// <summary>
    /// Returns when the lease is lost, and why: another run took it, or the storage was away for as long as it lasts,
    /// which is no reason to give the run up.
    /// </summary>
    private async Task<AbfException> RenewAsync(RunId run, CancellationToken stop)
    {
        long renewed = RenewedAt(run);
        using var timer = new PeriodicTimer(RenewEvery, time);
        while (true)
        {
            await timer.WaitForNextTickAsync(stop);
            try
            {
                if (!await TryAcquireAsync(run, stop))
                {
                    return await BusyAsync(run, stop);
                }

                renewed = time.GetTimestamp();
            }
            catch (AbfException e)
            {
                Logs.LeaseNotRenewed(logger, run.ToString(), e.Message);
                if (time.GetElapsedTime(renewed) >= Duration)
                {
                    return new TransientException(
                        e.Kind,
                        $"The installation's lease could not be renewed for {Duration.TotalSeconds} s: {e.Message}",
                        e
                    );
                }
            }
        }
    }
}
