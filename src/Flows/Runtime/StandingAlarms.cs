namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// What was said of the repository's log in this process, which may live for months: an alarm is said when it is seen
/// first, and then once a day as long as it is seen; once more when it is not seen any more.
/// </summary>
public sealed class StandingAlarms(TimeProvider time)
{
    /// <summary>Less than a day: a run of each night says it, although one takes less time than another.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromHours(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _said = new(StringComparer.Ordinal);
    private bool _hasLooked;

    /// <param name="seen">All alarms of the log as it is now.</param>
    /// <returns>Those to say now, and those that were said and are not seen any more.</returns>
    public (IReadOnlyList<string> Due, IReadOnlyList<string> Over) Judge(IReadOnlyCollection<string> seen)
    {
        lock (_gate)
        {
            _hasLooked = true;
            string[] due = [.. seen.Where(IsDue).Distinct(StringComparer.Ordinal)];
            string[] over = [.. _said.Keys.Except(seen, StringComparer.Ordinal)];
            foreach (string alarm in due)
            {
                _said[alarm] = time.GetTimestamp();
            }

            foreach (string alarm in over)
            {
                _said.Remove(alarm);
            }

            return (due, over);
        }
    }

    /// <summary>Those that were seen when the log was looked at last; null: nobody has looked yet.</summary>
    public IReadOnlyList<string>? Standing
    {
        get
        {
            lock (_gate)
            {
                return _hasLooked ? [.. _said.Keys.Order(StringComparer.Ordinal)] : null;
            }
        }
    }

    private bool IsDue(string alarm) =>
        !_said.TryGetValue(alarm, out long said) || time.GetElapsedTime(said) >= Silence;
}
