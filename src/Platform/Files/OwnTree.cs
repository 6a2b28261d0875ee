using AlfrescoBackupFlows.Platform.Files.Linux;
using AlfrescoBackupFlows.Platform.Files.Portable;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>Sees one name of a directory, as the file system keeps it, and what it is.</summary>
public delegate void EntryVisitor(ReadOnlySpan<byte> name, EntryType type);

/// <summary>
/// A directory in which the program keeps files of its own, where others may have written too: a store, the state. The
/// way to the root is the administrator's and may lead over links. Beneath the root no symbolic link is followed, a
/// directory is a directory, a file a regular file, and what is written lies in directories of this user, of root or of
/// the root's owner; whatever else stands there is an <see cref="UnsafeEntryException"/>. Other failures are the <see
/// cref="IOException"/> and <see cref="UnauthorizedAccessException"/> of System.IO, with the system's error number in
/// <see cref="Exception.HResult"/> on Unix. Paths are relative to the root, with <c>/</c> between names. Holds nothing
/// open; thread-safe.
/// </summary>
public abstract class OwnTree
{
    private protected OwnTree(string root, string within, bool isPrivate) =>
        (Root, Within, IsPrivate) = (root, within, isPrivate);

    /// <summary>Where the tree begins, for messages.</summary>
    public string Location =>
        Within.Length == 0 ? Root : Path.Combine(Root, Within.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>The administrator's part of the way.</summary>
    private protected string Root { get; }

    /// <summary>Directories beneath it in which the tree begins, or empty.</summary>
    private protected string Within { get; }

    /// <summary>Made for its owner alone, and read only where the owner is a trusted one.</summary>
    private protected bool IsPrivate { get; }

    /// <summary>A directory that others may read, as the umask permits; what is read from it is authenticated by
    /// whoever reads it.</summary>
    public static OwnTree OpenShared(string root) => Create(root, "", isPrivate: false);

    /// <summary>A directory for this user alone: directories 0700, files 0600, whatever the umask.</summary>
    public static OwnTree OpenPrivate(string root) => Create(root, "", isPrivate: true);

    /// <summary>A directory beneath this one as a tree of its own; creates nothing.</summary>
    public OwnTree Beneath(string path) => Create(Root, Within.Length == 0 ? path : $"{Within}/{path}", IsPrivate);

    /// <summary>Where the path leads, for messages.</summary>
    public string Describe(string path) =>
        path.Length == 0 ? Location : Path.Combine(Location, path.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Which directory stands at the tree's place; null where there is none.</summary>
    public abstract DirectoryIdentity? TryIdentify();

    /// <summary>The state of a file or a directory; null where there is neither.</summary>
    public abstract FileStat? TryStat(string path);

    /// <summary>The states of what one directory has under these names, as <see cref="TryStat"/> says them.</summary>
    public virtual FileStat?[] TryStatAll(string directory, IReadOnlyList<string> names) =>
        [.. names.Select(name => TryStat(PathIn(directory, name)))];

    /// <summary>Opens a file for reading, never waiting for another process; null where there is none.</summary>
    public abstract SafeFileHandle? TryOpenRead(string path);

    /// <summary>Opens a file at its end for writing, and creates it where it is missing; its directory
    /// exists.</summary>
    public abstract FileStream OpenAppend(string path);

    /// <summary>Takes the system's lock on a file, which is created where it is missing; its directory exists. Null:
    /// another holds it.</summary>
    public abstract IDisposable? TryLock(string path);

    /// <summary>Who holds the system's lock on a file, in words for a message; null where that cannot be
    /// told.</summary>
    public virtual string? LockHolder(string path) => null;

    /// <summary>Whether another holds the system's lock on a file; never creates it.</summary>
    public abstract bool IsLocked(string path);

    /// <summary>
    /// Writes the content to <paramref name="temporary"/> (not existing), makes it durable and gives it the name
    /// <paramref name="path"/> unless that is taken. Returns false where it is taken; the one who took it may be
    /// another process. Missing directories are created. The temporary file is gone afterwards, unless the process
    /// dies.
    /// </summary>
    /// <exception cref="NotSupportedException">The file system can neither link nor rename without
    /// replacing.</exception>
    public abstract bool TryCreate(string path, string temporary, ReadOnlySpan<byte> content);

    /// <summary>As <see cref="TryCreate"/>, but replaces what has the name already.</summary>
    public abstract void Replace(string path, string temporary, ReadOnlySpan<byte> content);

    /// <summary>Renames a file, over another one too.</summary>
    public abstract void Move(string path, string newPath);

    /// <summary>Deletes a file, and makes that durable. False where there is none.</summary>
    public abstract bool Delete(string path);

    /// <summary>Deletes files, and makes that durable. Of each, false where there is none.</summary>
    public virtual bool[] DeleteAll(IReadOnlyList<string> paths) => [.. paths.Select(Delete)];

    /// <summary>Creates a directory with its parents down from the root, which exists. Every level is durable when the
    /// call returns.</summary>
    public abstract void CreateDirectory(string path);

    /// <summary>Shows every name of a directory, in any order. False where there is no such directory.</summary>
    public abstract bool TryVisit(string directory, EntryVisitor visit);

    /// <summary>All bytes of a file; null where there is none.</summary>
    /// <exception cref="UnsafeEntryException">It has more than <paramref name="maxBytes"/>.</exception>
    public byte[]? TryReadAll(string path, int maxBytes)
    {
        using SafeFileHandle? file = TryOpenRead(path);
        if (file is null)
        {
            return null;
        }

        byte[] bytes = new byte[Math.Min(RandomAccess.GetLength(file), maxBytes + 1L)];
        int total = 0;
        while (total < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(total), total) is var read and > 0)
        {
            total += read;
        }

        return total <= maxBytes
            ? bytes[..total]
            : throw new UnsafeEntryException(
                $"'{Describe(path)}' has more than {maxBytes} bytes, and abf never writes so many there: find out who did, and remove it"
            );
    }

    private protected static string PathIn(string directory, string name) =>
        directory.Length == 0 ? name : $"{directory}/{name}";

    private static OwnTree Create(string root, string within, bool isPrivate)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        return OperatingSystem.IsLinux()
            ? new LinuxOwnTree(full, within, isPrivate)
            : new PortableOwnTree(full, within, isPrivate);
    }

    private protected UnsafeEntryException Refuse(string path, EntryType found) =>
        new(
            found switch
            {
                EntryType.Symlink =>
                    $"'{Describe(path)}' is a symbolic link, which is never followed there: find out who made it, and remove it",
                EntryType.Other =>
                    $"'{Describe(path)}' is a pipe, a socket or a device: find out who made it, and remove it",
                EntryType.Directory =>
                    $"'{Describe(path)}' is a directory where a file belongs: find out who made it, and remove it",
                _ => $"'{Describe(path)}' is a file where a directory belongs: find out who made it, and remove it",
            }
        );
}
