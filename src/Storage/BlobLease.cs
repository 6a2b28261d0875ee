namespace AlfrescoBackupFlows.Storage;

/// <summary>The bounds of a lease, the same for every store.</summary>
public static class BlobLease
{
    public static TimeSpan MinDuration { get; } = TimeSpan.FromSeconds(15);

    public static TimeSpan MaxDuration { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> for a duration that Azure would refuse.</summary>
    public static void CheckDuration(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, MinDuration);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(duration, MaxDuration);
    }
}
