namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>A clock that says what a test sets; waits end at once.</summary>
internal sealed class JumpingClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 20, 15, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
}
