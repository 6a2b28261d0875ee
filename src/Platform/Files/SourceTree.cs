using AlfrescoBackupFlows.Platform.Files.Linux;
using AlfrescoBackupFlows.Platform.Files.Portable;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// A directory opened for reading. Paths are bytes, relative to the root (<see cref="TreePath"/>); a path that is not
/// valid is an <see cref="ArgumentException"/>. What does not exist (any more) is null; what exists but cannot be read
/// is a <see cref="SourceUnreadableException"/>. Directories on the way to an entry may be symbolic links. Thread-safe;
/// holds two descriptors, and one more during each call.
/// </summary>
public abstract class SourceTree : IDisposable
{
    private protected SourceTree(string rootPath)
    {
        RootPath = rootPath;
    }

    public string RootPath { get; }

    /// <summary>Names of owners, cached.</summary>
    public OwnerNames Owners { get; } = new();

    /// <summary>
    /// True where the root lies on a file system known to change a directory's mtime and ctime with its names (ext4,
    /// xfs, btrfs, tmpfs, ...); false for network file systems and unknown ones.
    /// </summary>
    public abstract bool KeepsDirectoryTimes { get; }

    /// <summary>Opens a directory. Missing, unreadable or no directory: <see cref="PermanentException"/> of kind
    /// Source.</summary>
    public static SourceTree Open(string rootPath) =>
        OperatingSystem.IsLinux() ? LinuxSourceTree.Open(rootPath) : PortableSourceTree.Open(rootPath);

    /// <summary>As <see cref="KeepsDirectoryTimes"/>, for one directory: false where another file system is mounted
    /// beneath the root.</summary>
    public abstract bool KeepsTimesOf(in FileStat directory);

    /// <summary>The entry's state; with <paramref name="followLinks"/> that of what a symbolic link leads to. Null: not
    /// there.</summary>
    public abstract FileStat? TryStat(ReadOnlySpan<byte> path, bool followLinks = false);

    /// <summary>All names in a directory but <c>.</c> and <c>..</c>, sorted by their bytes. Null: not there, or not a
    /// directory (any more).</summary>
    public abstract IReadOnlyList<SourceEntry>? TryReadDirectory(ReadOnlySpan<byte> path, bool followLinks = false);

    /// <summary>Opens a regular file; never blocks on pipes. Null: not there. The caller disposes.</summary>
    public abstract SourceFile? TryOpen(ReadOnlySpan<byte> path, bool followLinks = false);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    private protected static void SortByName(SourceEntry[] entries) =>
        Array.Sort(entries, static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));

    private protected string Describe(ReadOnlySpan<byte> path) =>
        path.IsEmpty ? RootPath : RootPath.TrimEnd('/') + "/" + TreePath.Display(path);
}
