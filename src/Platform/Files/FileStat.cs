using System.Runtime.InteropServices;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// What the file system records of an entry. Times are nanoseconds since 1970 UTC (clamped to the range of a long);
/// <see cref="Mode"/> is the 12 permission bits. Where the system has no such thing (Windows), <see cref="CtimeNs"/>,
/// <see cref="Inode"/>, <see cref="Device"/>, <see cref="Uid"/> and <see cref="Gid"/> are 0.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileStat(
    EntryType Type,
    long Size,
    int Mode,
    uint Uid,
    uint Gid,
    long MtimeNs,
    long CtimeNs,
    ulong Inode,
    ulong Device
)
{
    public DateTimeOffset Mtime => DateTimeOffset.UnixEpoch.AddTicks(MtimeNs / TimeSpan.NanosecondsPerTick);
}
