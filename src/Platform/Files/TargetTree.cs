using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files.Linux;
using AlfrescoBackupFlows.Platform.Files.Portable;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// A directory that is being restored into. No symbolic link beneath the root is ever followed, not even in the middle
/// of a path, so nothing is written elsewhere. Every fault is a <see cref="PermanentException"/> of kind Target that
/// names the path; for a full disk, the free space too.
/// Thread-safe.
/// </summary>
public abstract class TargetTree : IDisposable
{
    private protected TargetTree(string rootPath)
    {
        RootPath = rootPath;
    }

    public string RootPath { get; }

    /// <summary>
    /// Opens an existing directory, or with <paramref name="create"/> makes it (mode 0700) and what is missing above
    /// it. The directory itself is no link, and where everybody may make directories, it is nobody else's.
    /// </summary>
    public static TargetTree Open(string rootPath, bool create = false)
    {
        if (create)
        {
            try
            {
                if (OperatingSystem.IsWindows())
                {
                    Directory.CreateDirectory(rootPath);
                }
                else
                {
                    Directory.CreateDirectory(
                        rootPath,
                        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                    );
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PermanentException(
                    ErrorKind.Target,
                    $"target '{rootPath}' cannot be created: {e.Message}",
                    e
                );
            }
        }

        return OperatingSystem.IsLinux() ? LinuxTargetTree.Open(rootPath) : PortableTargetTree.Open(rootPath);
    }

    /// <summary>
    /// Opens a directory beneath the root as a tree of its own, made as by <see cref="CreateDirectory"/>. Each is
    /// disposed by itself.
    /// </summary>
    public abstract TargetTree OpenBeneath(ReadOnlySpan<byte> path);

    /// <summary>Makes a directory and what is missing above it, for the owner alone (mode 0700) until its mode is set.
    /// One that exists is fine.</summary>
    public abstract void CreateDirectory(ReadOnlySpan<byte> path);

    /// <summary>Opens a directory beneath the root, made as by <see cref="CreateDirectory"/>. The caller disposes
    /// it.</summary>
    public abstract TargetDirectory OpenDirectory(ReadOnlySpan<byte> path);

    /// <summary>The same where it is there; null where it is not, and where nothing can be there.</summary>
    public abstract TargetDirectory? TryOpenDirectory(ReadOnlySpan<byte> path);

    /// <summary>Makes a file (mode 0600) in a directory that exists. One that exists is a fault: delete it
    /// first.</summary>
    public abstract TargetFile CreateFile(ReadOnlySpan<byte> path);

    /// <summary>The entry's state; a symbolic link is not followed. Null: not there, and nothing can be there, such as
    /// beneath a file or a link.</summary>
    public abstract FileStat? TryStat(ReadOnlySpan<byte> path);

    /// <summary>Removes a file, a link or an empty directory; what is not there is fine.</summary>
    public abstract void Delete(ReadOnlySpan<byte> path);

    /// <summary>Sets the mtime, in nanoseconds since 1970 UTC. False where the file system refuses.</summary>
    public abstract bool TrySetTimes(ReadOnlySpan<byte> path, long mtimeNs);

    /// <summary>Sets the 12 permission bits. Set the owner first: changing it clears set-id bits. False where the file
    /// system or the rights refuse.</summary>
    public abstract bool TrySetMode(ReadOnlySpan<byte> path, int mode);

    /// <summary>Sets owner and group. False where the rights or the file system refuse.</summary>
    public abstract bool TrySetOwner(ReadOnlySpan<byte> path, uint uid, uint gid);

    /// <summary>All that was written is on disk when this returns (the whole file system is flushed: one call instead
    /// of one per file).</summary>
    public abstract void Flush();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    private protected string Describe(ReadOnlySpan<byte> path) =>
        path.IsEmpty ? RootPath : RootPath.TrimEnd('/') + "/" + TreePath.Display(path);

    private protected PermanentException Full(string place, string what, Exception? cause = null)
    {
        string free = FileSystemRoom.TryLook(RootPath)?.ToString() ?? "free space unknown";
        return new PermanentException(
            ErrorKind.Target,
            $"target '{place}': {what} ({free} on its file system); make room and run the restore again, it goes on where it stopped",
            cause
        );
    }
}
