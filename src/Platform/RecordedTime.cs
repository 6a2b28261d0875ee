namespace AlfrescoBackupFlows.Platform;

/// <summary>
/// Judges by a time that was written down earlier, when the clock may have been wrong; it may be wrong now. A time in
/// the future says that one of the two is so, and what waited for it would wait for as long as the clock was off.
/// </summary>
public static class RecordedTime
{
    /// <summary>By so much the clocks of several machines differ, and one that is being set.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Whether the time has come. One in the future has.</summary>
    /// <param name="after">From the recorded time on.</param>
    public static bool IsDue(DateTimeOffset recorded, TimeSpan after, DateTimeOffset now) =>
        now - recorded >= after || IsInFuture(recorded, now);

    /// <summary>
    /// Whether the time lies further off than that, in either direction: for what another process may still need, and
    /// that one's clock, or a file server's, may be ahead.
    /// </summary>
    public static bool IsFarOff(DateTimeOffset recorded, TimeSpan limit, DateTimeOffset now) =>
        (now - recorded).Duration() > limit;

    public static bool IsInFuture(DateTimeOffset recorded, DateTimeOffset now) => recorded - now > Tolerance;
}
