using System.Globalization;
using AlfrescoBackupFlows.Platform.Files.Linux;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>What the file system of a directory still takes, and whether this user may add to the directory.</summary>
/// <param name="Bytes">Free for this user.</param>
/// <param name="Files">
/// Files and directories that can still be made (free inodes); null where there is no fixed number, or none is given.
/// </param>
/// <param name="BlockSize">Bytes that the smallest file takes; 1 where that is not known.</param>
public sealed record FileSystemRoom(long Bytes, long? Files, long BlockSize)
{
    /// <summary>Null where it cannot be known.</summary>
    public static FileSystemRoom? TryLook(string directory)
    {
        if (OperatingSystem.IsLinux() && FileSystemCalls.TryStatVfs(directory) is { } room)
        {
            return room;
        }

        try
        {
            return new FileSystemRoom(new DriveInfo(directory).AvailableFreeSpace, null, 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>
    /// Why nothing can be added to a directory, as the system says it (rights, a read-only file system, an immutable
    /// directory), found without a change; null where nothing is known against it.
    /// </summary>
    public static string? WhyNotWritable(string directory) =>
        OperatingSystem.IsLinux() ? FileSystemCalls.WhyNotWritable(directory) : null;

    /// <summary>The nearest directory that exists: the path itself, or one above it. Null where there is none.</summary>
    public static string? NearestExisting(string path)
    {
        string? existing = path;
        while (existing is not null && !Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing);
        }

        return existing;
    }

    /// <summary>What is used up comes first: a disk without a free inode is full, whatever bytes it has.</summary>
    public override string ToString()
    {
        string bytes = Bytes.ToString(CultureInfo.InvariantCulture);
        return Files == 0
            ? $"no inode is free for a further file, though {bytes} bytes are"
            : $"{bytes} bytes are free";
    }
}
