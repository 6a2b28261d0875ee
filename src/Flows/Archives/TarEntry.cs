using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>A file or a directory of an archive.</summary>
/// <param name="Name">Bytes, with <c>/</c> between the parts and none at the end.</param>
/// <param name="Size">Bytes of a file; 0 for a directory.</param>
/// <param name="Mode">Permission bits, 12 of them.</param>
/// <param name="MtimeNs">Nanoseconds since 1970 UTC.</param>
internal sealed record TarEntry(byte[] Name, bool IsDirectory, long Size, int Mode, FileOwner Owner, long MtimeNs)
{
    /// <summary>
    /// The attribute <c>user.abf.flags</c>, which tar passes over unless it is asked for extended attributes; empty for
    /// none.
    /// </summary>
    public string Flags { get; init; } = string.Empty;
}
