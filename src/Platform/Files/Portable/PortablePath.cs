using System.Buffers;

namespace AlfrescoBackupFlows.Platform.Files.Portable;

/// <summary>Byte paths on systems whose names are text.</summary>
internal static class PortablePath
{
    // ':' would open an alternate stream on Windows and '\' is a separator there; both are refused everywhere here.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create([
        .. Path.GetInvalidFileNameChars().Except(['/']),
        ':',
        '\\',
    ]);

    /// <summary>The path beneath the root as this system writes it; null where it has no such name.</summary>
    public static string? TryResolve(string root, ReadOnlySpan<byte> path)
    {
        TreePath.Require(path);
        if (path.IsEmpty)
        {
            return root;
        }

        var text = TreePath.TryGetText(path);
        if (text is null || text.AsSpan().ContainsAny(Forbidden))
        {
            return null;
        }

        var whole = Path.GetFullPath(text, root);

        // Windows drops trailing dots and blanks and knows device names (CON, NUL): what does not come back as it went
        // in is another name.
        return whole == Path.Join(root, text.Replace('/', Path.DirectorySeparatorChar)) ? whole : null;
    }

    public static FileStat Stat(FileSystemInfo info)
    {
        var type =
            info.LinkTarget is not null ? EntryType.Symlink
            : info is DirectoryInfo || info.Attributes.HasFlag(FileAttributes.Directory) ? EntryType.Directory
            : info.Attributes.HasFlag(FileAttributes.Device) ? EntryType.Other
            : EntryType.File;
        var mode = OperatingSystem.IsWindows() ? (type == EntryType.Directory ? 0x1ED : 0x1A4) : (int)info.UnixFileMode;
        return new FileStat(
            Type: type,
            Size: type == EntryType.File && info is FileInfo file ? file.Length : 0,
            Mode: mode,
            Uid: 0,
            Gid: 0,
            MtimeNs: Nanoseconds(info.LastWriteTimeUtc),
            CtimeNs: 0,
            Inode: 0,
            Device: 0
        );
    }

    /// <summary>The entry at a path, or null.</summary>
    public static FileSystemInfo? Find(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists || file.LinkTarget is not null)
        {
            return file;
        }

        var directory = new DirectoryInfo(path);
        return directory.Exists ? directory : null;
    }

    public static DateTime Time(long nanoseconds) =>
        DateTime.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    private static long Nanoseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
