namespace AlfrescoBackupFlows.Flows.Tests.Scheduling;

/// <summary>A clock that is wrong, is put right at the first alarm, and is there at once at every later one.</summary>
internal sealed class CorrectedClock(DateTimeOffset wrong, DateTimeOffset right) : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset _now = wrong;
    private bool _isRight;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _now = _isRight ? _now + dueTime : right;
            _isRight = true;
        }

        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Rung();
    }

    private sealed class Rung : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
