using System.Globalization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Monitoring;

/// <summary>
/// The last look at the repository. Nobody who asks waits for the storage: they get what is known, and where that is
/// old, a look begins in the background. Nobody asks: nothing is read. Thread-safe.
/// </summary>
/// <param name="look">At the repository; null: it cannot be opened, and nothing of it is known.</param>
/// <param name="measure">Its unused bytes, which is much work; remembered over processes.</param>
/// <param name="say">Gets why a look or a measuring failed, a line, of each once until it goes well.</param>
public sealed class FactsKeeper(
    Func<CancellationToken, Task<RepositoryFacts>>? look,
    Func<CancellationToken, Task<long>> measure,
    UnusedMemory unused,
    TimeProvider time,
    Action<string> say
) : IAsyncDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>It follows every set, beside everything else; a host that stays has the time.</summary>
    private static readonly TimeSpan LimitOfMeasuring = TimeSpan.FromHours(6);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;
    private Task _measuring = Task.CompletedTask;
    private long? _asked;
    private bool _isLookTold;
    private bool _isMeasuringTold;

    /// <summary>Null before the first look has ended well.</summary>
    public RepositoryFacts? Current { get; private set; }

    /// <summary>As they were counted last, and when; null: never yet.</summary>
    public (long Bytes, DateTimeOffset Counted)? Unused =>
        unused.Read() is { Bytes: { } bytes } last ? (bytes, last.Counted ?? last.Time) : null;

    /// <summary>Begins a look where the last one is old.</summary>
    /// <param name="forMeasuring">Whether who asks waits for the unused bytes too, which may take hours.</param>
    /// <returns>The look that goes on, and the measuring that follows it; done where there is none.</returns>
    public Task Ask(bool forMeasuring = true)
    {
        lock (_gate)
        {
            bool isDue = _asked is not { } asked || time.GetElapsedTime(asked) >= MaxAge;
            if (look is not null && isDue && !_stop.IsCancellationRequested)
            {
                _asked = time.GetTimestamp();
                // What it sees may be from before the run that has ended.
                Task former = _looking;
                Task looking = Task.Run(() => LookAfterAsync(former, look), CancellationToken.None);
                _looking = looking;
                _measuring = _measuring.IsCompleted
                    ? Task.Run(() => MeasureAfterAsync(looking), CancellationToken.None)
                    : _measuring;
            }

            return forMeasuring ? Task.WhenAll(_looking, _measuring) : _looking;
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
        await Task.WhenAll(_looking, _measuring);
        _stop.Dispose();
    }

    private async Task LookAfterAsync(Task former, Func<CancellationToken, Task<RepositoryFacts>> look)
    {
        await former;
        (_, string? why) = await TryAsync(async token => Current = await look(token), Limit);
        if (why is not null && !_isLookTold)
        {
            say($"metrics: the repository could not be looked at, and its numbers stay as they were: {why}");
        }

        _isLookTold = why is not null;
    }

    /// <summary>Asked after each look; whether the time has come, the memory says.</summary>
    private async Task MeasureAfterAsync(Task looking)
    {
        await looking;
        if (_isLookTold || _stop.IsCancellationRequested)
        {
            return;
        }

        bool isBegun = false;
        (bool isDone, string? why) = await TryAsync(
            token =>
                unused.RenewAsync(
                    measuring =>
                    {
                        isBegun = true;
                        return measure(measuring);
                    },
                    token
                ),
            LimitOfMeasuring
        );
        if (why is not null && !_isMeasuringTold)
        {
            say(
                $"{NotMeasured(why)}. It is tried again in a day, or a week where time was what it lacked; a prune counts them"
            );
        }
        else if (why is null && isBegun && !isDone)
        {
            say(
                $"{NotMeasured("it was not done when the command ended")}. A prune counts them, and 'abf serve' measures them "
                    + "in the background"
            );
        }

        // Where the time had not come, nothing went well yet.
        _isMeasuringTold = why is not null || (_isMeasuringTold && !isBegun);
    }

    private string NotMeasured(string why) =>
        "metrics: the unused bytes could not be measured, and "
        + (
            Unused is { } last
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"abf.repository.unused stays that of {last.Counted.UtcDateTime:yyyy-MM-dd}"
                )
                : "abf.repository.unused has no value yet"
        )
        + $": {why}";

    /// <returns>Whether it went well, and why not; null: it did, or the host ends.</returns>
    private async Task<(bool IsDone, string? Fault)> TryAsync(Func<CancellationToken, Task> work, TimeSpan limit)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        stop.CancelAfter(limit);
        try
        {
            await work(stop.Token);
            return (true, null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return (false, null); // The host ends.
        }
#pragma warning disable CA1031 // A number that is missing stops nothing: it is said, and a later look is another try.
        catch (Exception e)
#pragma warning restore CA1031
        {
            string why =
                e is AbfException ? e.Message
                : stop.IsCancellationRequested ? $"it took longer than {limit.TotalMinutes:0} minutes"
                : Secret.Redact($"{e.GetType().Name}: {e.Message}");
            return (false, why);
        }
    }
}
