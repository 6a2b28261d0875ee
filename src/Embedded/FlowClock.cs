namespace AlfrescoBackupFlows.Embedded;

/// <summary>
/// The time that flows see: the system's, but it never goes back. Where the system's clock is put back, it goes on from
/// where it was, at the pace of the processor's own clock: durations stay right, and no timer waits for the time to come
/// again. One call at a time.
/// </summary>
internal sealed class FlowClock(TimeProvider time)
{
    private long _system = long.MinValue;
    private long _stamp;
    private long _ahead;

    /// <summary>Milliseconds since 1970.</summary>
    public long Now
    {
        get
        {
            long system = time.GetUtcNow().ToUnixTimeMilliseconds();
            long stamp = time.GetTimestamp();
            if (system < _system)
            {
                _ahead += _system - system + (long)time.GetElapsedTime(_stamp, stamp).TotalMilliseconds;
            }

            (_system, _stamp) = (system, stamp);
            return system + _ahead;
        }
    }

    /// <summary>A flow has seen this time already, in this process or in an earlier one.</summary>
    public void NotBefore(long moment) => _ahead += Math.Max(moment - Now, 0);
}
