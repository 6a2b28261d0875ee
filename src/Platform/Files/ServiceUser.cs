using AlfrescoBackupFlows.Platform.Files.Linux;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>The user of a service, for whom root sets files up.</summary>
public sealed record ServiceUser(uint Uid, uint Gid, string Name)
{
    /// <summary>
    /// The owner of the service's directory, where it is there; else the named user, with the group of the same name.
    /// Null where there is none, where this process is not root, and elsewhere than on Linux: then whoever runs this is
    /// the service.
    /// </summary>
    public static ServiceUser? Find(string directory, string name)
    {
        if (!OperatingSystem.IsLinux() || Libc.GetEffectiveUser() != 0)
        {
            return null;
        }

        if (StatOf(directory) is { } stat)
        {
            return stat.Uid == 0 ? null : new ServiceUser(stat.Uid, stat.Gid, NameOf(stat.Uid));
        }

        return OwnerNames.FindUser(name) is { } user and not 0 && OwnerNames.FindGroup(name) is { } group
            ? new ServiceUser(user, group, name)
            : null;
    }

    /// <summary>The name of the group that a file or a directory is of; null for that of root, and where it has none.</summary>
    public static string? GroupOf(string path) =>
        OperatingSystem.IsLinux()
        && StatOf(path) is { Gid: > 0 and uint gid }
        && UserDatabase.Name(user: false, gid) is { Length: > 0 } name
            ? name
            : null;

    private static string NameOf(uint uid) =>
        UserDatabase.Name(user: true, uid) is { Length: > 0 } name ? name : $"#{uid}";

    private static FileStat? StatOf(string path)
    {
        using SafeFileHandle? handle = FileCalls.OpenRoot(path, OpenFlags.PathOnly, out _);
        return handle is not null && FileCalls.Stat(handle, default, followLinks: false, out FileStat stat) == 0
            ? stat
            : null;
    }
}
