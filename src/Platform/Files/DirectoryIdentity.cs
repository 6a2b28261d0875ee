using AlfrescoBackupFlows.Platform.Files.Linux;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// Which directory stands at a path: another one after its volume was unmounted or something was put in its place. Where a system has no such
/// numbers (all but Linux), every directory is the same.
/// </summary>
public readonly record struct DirectoryIdentity(ulong Device, ulong Inode)
{
    /// <summary>Null where there is no directory. Needs no right to the directory itself.</summary>
    public static DirectoryIdentity? TryOf(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Directory.Exists(path) ? default(DirectoryIdentity) : null;
        }

        using var directory = FileCalls.OpenRoot(path, OpenFlags.PathOnly | OpenFlags.Directory, out _);
        return directory is not null && FileCalls.Stat(directory, default, followLinks: false, out var stat) >= 0
            ? new DirectoryIdentity(stat.Device, stat.Inode)
            : null;
    }
}
