namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// When a step stops: an activity that is killed loses at most the packs in flight and those of the last half minute,
/// but it should not take longer than a person waits either. Past the soft bound it stops at the next natural end of a
/// listing segment, past twice that anywhere.
/// </summary>
internal sealed class StepBudget(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long _bytes;
    private long _filesRead;
    private long _entries;

    public long MaxBytes { get; init; } = 512L * 1024 * 1024;

    public long MaxFilesRead { get; init; } = 65_536;

    public long MaxEntries { get; init; } = 1_000_000;

    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For what is one activity by its nature.</summary>
    public static StepBudget Unlimited(TimeProvider time) =>
        new(time)
        {
            MaxBytes = long.MaxValue / 2,
            MaxFilesRead = long.MaxValue / 2,
            MaxEntries = long.MaxValue / 2,
            MaxTime = TimeSpan.MaxValue / 2,
        };

    public void Read(long bytes, long files = 1)
    {
        _filesRead += files;
        _bytes += bytes;
    }

    public void Listed() => _entries++;

    /// <summary>For work that can be broken off between two of its requests, and be begun anew.</summary>
    public bool IsTimeUp => time.GetElapsedTime(_started) >= MaxTime;

    public bool IsSpent(bool atSegmentEnd)
    {
        int factor = atSegmentEnd ? 1 : 2;
        return _bytes >= MaxBytes * factor
            || _filesRead >= MaxFilesRead * factor
            || _entries >= MaxEntries * factor
            || time.GetElapsedTime(_started) >= MaxTime * factor;
    }
}
