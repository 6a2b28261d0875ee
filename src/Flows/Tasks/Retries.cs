namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>
/// When each kind of activity is tried again. The store's client has retried for a minute or so before a fault gets
/// here.
/// </summary>
internal static class Retries
{
    /// <summary>Small writes to the repository: outlasts a restart of the storage service.</summary>
    public static readonly RetryRule Storage = new(6, TimeSpan.FromSeconds(5), 2, TimeSpan.FromMinutes(2));

    /// <summary>Looking at the source: an administrator watches, so a wrong setting should show soon.</summary>
    public static readonly RetryRule Check = new(3, TimeSpan.FromSeconds(5), 2, TimeSpan.FromSeconds(30));

    /// <summary>Reading files: each attempt goes on where uploaded packs end.</summary>
    public static readonly RetryRule Capture = new(8, TimeSpan.FromSeconds(10), 2, TimeSpan.FromMinutes(5));

    /// <summary>
    /// A dump that broke left nothing that counts, because dump and lists are one page: the next attempt takes a new
    /// snapshot, long enough after for a server to restart. Whether the index copy still fits is looked at after the
    /// dump that came to its end.
    /// </summary>
    public static readonly RetryRule Dump = new(3, TimeSpan.FromSeconds(30), 4, TimeSpan.FromMinutes(2));

    /// <summary>Commands whose effects lie outside of the repository: a person should know.</summary>
    public static readonly RetryRule Once = new(1, TimeSpan.Zero, 1, TimeSpan.Zero);
}
