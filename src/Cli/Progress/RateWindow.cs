namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>
/// Bytes a second over the last half minute: what was fast an hour ago does not count, and a pause of a few seconds
/// while a pack is stored does not hide the rate.
/// </summary>
internal sealed class RateWindow(TimeProvider time)
{
    private static readonly TimeSpan Width = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    /// <summary>Below this a rate says nothing yet.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    private readonly List<(long Time, long Bytes)> _readings = [];

    public void Clear() => _readings.Clear();

    /// <returns>0 where it is too early to say.</returns>
    public double Read(long bytes)
    {
        long now = time.GetTimestamp();
        if (_readings.Count == 0 || time.GetElapsedTime(_readings[^1].Time, now) >= Step)
        {
            _readings.Add((now, bytes));
        }

        while (_readings.Count > 2 && time.GetElapsedTime(_readings[1].Time, now) >= Width)
        {
            _readings.RemoveAt(0);
        }

        (long since, long before) = _readings[0];
        TimeSpan span = time.GetElapsedTime(since, now);
        return span < Shortest ? 0 : Math.Max(0, bytes - before) / span.TotalSeconds;
    }
}
