namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>The system's time, moved on by hand.</summary>
internal sealed class LateClock : TimeProvider
{
    private long _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ahead));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);
}
