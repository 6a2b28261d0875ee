namespace AlfrescoBackupFlows.Embedded.Tests;

/// <summary>A clock that stands still until somebody sets an alarm, and then is there at once.</summary>
internal sealed class SkippingClock : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset _now = new(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);

    /// <summary>How long there would have been to wait.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Somebody sets the clock.</summary>
    public void Set(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Alarm(this, callback, state);

    private void Skip(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
            Waited += by;
        }
    }

    private sealed class Alarm(SkippingClock clock, TimerCallback callback, object? state) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero)
            {
                clock.Skip(dueTime);
                ThreadPool.QueueUserWorkItem(_ => callback(state));
            }

            return true;
        }

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
