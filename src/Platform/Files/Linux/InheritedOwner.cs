using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>
/// What root makes in another user's directory belongs to that user. A command that root ran once would else leave
/// files there that the service of every night may not read.
/// </summary>
internal static class InheritedOwner
{
    /// <param name="directory">In which it was made.</param>
    /// <param name="made">The new file or directory.</param>
    /// <remarks>A file system that has no owners, or keeps root from giving any, is taken as it is.</remarks>
    public static void Give(SafeFileHandle directory, SafeFileHandle made)
    {
        if (
            Libc.GetEffectiveUser() == 0
            && FileCalls.Stat(directory, default, followLinks: false, out FileStat above) == 0
            && above.Uid != 0
        )
        {
            _ = FileCalls.SetOwner(made, default, above.Uid, above.Gid);
        }
    }

    /// <summary>The same, for what was made by its path.</summary>
    public static void Give(string path, SafeFileHandle made)
    {
        if (Libc.GetEffectiveUser() == 0 && Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent)
        {
            using SafeFileHandle? directory = Open(parent);
            if (directory is not null)
            {
                Give(directory, made);
            }
        }
    }

    /// <summary>The same for a directory; it is never reached over a link.</summary>
    public static void GiveDirectory(string path)
    {
        using SafeFileHandle? made = Open(path, OpenFlags.NoFollow);
        if (made is not null)
        {
            Give(path, made);
        }
    }

    private static SafeFileHandle? Open(string path, int flags = 0) =>
        FileCalls.OpenRoot(path, OpenFlags.PathOnly | OpenFlags.Directory | flags, out _);
}
