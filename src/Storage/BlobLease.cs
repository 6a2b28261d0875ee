using AlfrescoBackupFlows.Platform.Errors;

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

    /// <summary>Gives a lease back where the store lets it; otherwise it ends by itself, and what was done under it is
    /// done.</summary>
    public static async Task TryReleaseLeaseAsync(this IBlobStore store, string name, Guid leaseId)
    {
        try
        {
            await store.ReleaseLeaseAsync(name, leaseId, CancellationToken.None);
        }
        catch (AbfException)
        {
            // The store says the same to whoever comes next.
        }
    }
}
