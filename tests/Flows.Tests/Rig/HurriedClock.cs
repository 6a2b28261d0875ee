namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>
/// The system's time, except that nobody waits: an alarm due within <see cref="Longest"/> rings at once, and the time
/// is then that of the alarm.
/// A later one, or one that repeats, never rings.
/// </summary>
/// <param name="beforeAlarm">Called before each alarm rings.</param>
internal sealed class HurriedClock(Action? beforeAlarm = null) : TimeProvider
{
    private readonly Action _beforeAlarm = beforeAlarm ?? (static () => { });

    /// <summary>Longer than any pause between two attempts.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private long _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ahead));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    private sealed class Alarm(HurriedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private int _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero && dueTime < Longest && period == Timeout.InfiniteTimeSpan)
            {
                Interlocked.Add(ref clock._ahead, dueTime.Ticks);
                ThreadPool.QueueUserWorkItem(_ => Ring());
            }

            return true;
        }

        public void Dispose() => Volatile.Write(ref _disposed, 1);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Ring()
        {
            if (Volatile.Read(ref _disposed) == 0)
            {
                clock._beforeAlarm();
                callback(state);
            }
        }
    }
}
