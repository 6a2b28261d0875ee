namespace AlfrescoBackupFlows.Cli.Tests.Progress;

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class HandClock : TimeProvider
{
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Pass(TimeSpan time) => _ticks += time.Ticks;

    public override long GetTimestamp() => _ticks;
}
