using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows;

/// <summary>When each kind of activity is tried again. The store's client has retried for a minute or so before a fault gets here.</summary>
internal static class Retries
{
    /// <summary>Small writes to the repository: outlasts a restart of the storage service.</summary>
    public static readonly RetryRule Storage = new(6, TimeSpan.FromSeconds(5), 2, TimeSpan.FromMinutes(2));

    /// <summary>Looking at the source: an administrator watches, so a wrong setting should show soon.</summary>
    public static readonly RetryRule Check = new(3, TimeSpan.FromSeconds(5), 2, TimeSpan.FromSeconds(30));

    /// <summary>Reading files: each attempt goes on where uploaded packs end.</summary>
    public static readonly RetryRule Capture = new(8, TimeSpan.FromSeconds(10), 2, TimeSpan.FromMinutes(5));

    /// <summary>One attempt: a dump that failed half-way belongs to a snapshot that is gone, and a person should hear of it.</summary>
    public static readonly RetryRule Once = new(1, TimeSpan.Zero, 1, TimeSpan.Zero);
}
