using System.Collections.Concurrent;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>What a directory is opened for.</summary>
internal enum Way
{
    /// <summary>Only to read; its owner matters in a private tree alone.</summary>
    Read,

    /// <summary>To change or delete what is in it.</summary>
    Write,

    /// <summary>The same, and it is made where it is missing.</summary>
    Create,
}

/// <summary>Opens the directories of an <see cref="OwnTree"/>: each relative to the one before, with
/// O_NOFOLLOW.</summary>
/// <param name="root">Opened as it is, links and all.</param>
internal sealed class OwnWalk(string root, bool isPrivate, Func<string, EntryType, UnsafeEntryException> refuse)
{
    private static readonly int Step = OpenFlags.PathOnly | OpenFlags.Directory | OpenFlags.NoFollow;
    private static readonly uint Self = Libc.GetEffectiveUser();

    // Directories whose names this process knows to be durable: another process may have made one and not have flushed
    // it yet.
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    /// <summary>Without the right to write for others, whatever the umask.</summary>
    private uint DirectoryMode => isPrivate ? 0x1C0u : 0x1FDu; // 0700, 0775

    /// <summary>A path-only handle; null where the directory, or one above it, is missing.</summary>
    public SafeFileHandle? Enter(string path, Way way)
    {
        SafeFileHandle? current = FileCalls.OpenRoot(root, OpenFlags.PathOnly | OpenFlags.Directory, out int error);
        if (current is null)
        {
            return error is Errno.ENOENT or Errno.ENOTDIR ? null : throw SystemFailure.Of(root, error);
        }

        uint owner = StatOf(current, root).Uid;
        for (int begin = 0; current is not null && begin < path.Length; )
        {
            int end = path.IndexOf('/', begin) is var slash and >= 0 ? slash : path.Length;
            using SafeFileHandle parent = current;
            current = EnterNext(parent, path[..end], Encoding.UTF8.GetBytes(path[begin..end]), way, owner);
            begin = end + 1;
        }

        return current;
    }

    public void RequireOwner(uint user, string place)
    {
        using SafeFileHandle top =
            FileCalls.OpenRoot(root, OpenFlags.PathOnly | OpenFlags.Directory, out int error)
            ?? throw SystemFailure.Of(root, error);
        RequireOwner(user, place, StatOf(top, root).Uid);
    }

    public static FileStat StatOf(SafeFileHandle handle, string place)
    {
        int result = FileCalls.Stat(handle, default, followLinks: false, out FileStat stat);
        return result == 0 ? stat : throw SystemFailure.Of(place, -result);
    }

    /// <param name="place">What it is for, for messages.</param>
    public static SafeFileHandle OpenForReading(SafeFileHandle directory, string place) =>
        FileCalls.OpenAt(directory, "."u8, OpenFlags.Directory, out int error) ?? throw SystemFailure.Of(place, error);

    /// <summary>Makes the names in a directory durable.</summary>
    public static void Flush(SafeFileHandle directory, string place)
    {
        using SafeFileHandle readable = OpenForReading(directory, place);

        // EINVAL: this file system does not flush directories (some of FUSE, CIFS).
        int result = FileCalls.Checked(Libc.FSync(readable));
        if (result is < 0 and not -Errno.EINVAL)
        {
            throw SystemFailure.Of(place, -result);
        }
    }

    private SafeFileHandle? EnterNext(SafeFileHandle parent, string path, byte[] name, Way way, uint owner)
    {
        SafeFileHandle? next = FileCalls.OpenAt(parent, name, Step, out int error);
        if (next is null && error == Errno.ENOENT && way == Way.Create)
        {
            // Another process may make the same directory: then it is there, which is all that is wanted.
            int made = FileCalls.MakeDirectory(parent, name, DirectoryMode);
            if (made is < 0 and not -Errno.EEXIST)
            {
                throw SystemFailure.Of(Place(path), -made);
            }

            _durable.TryRemove(path, out _);
            next = FileCalls.OpenAt(parent, name, Step, out error);
            if (made == 0 && next is not null)
            {
                InheritedOwner.Give(parent, next);
            }
        }

        if (next is null)
        {
            return Missing(parent, Place(path), name, way, error);
        }

        try
        {
            if (way != Way.Read || isPrivate)
            {
                RequireOwner(StatOf(next, path).Uid, path, owner);
            }

            if (way == Way.Create && !_durable.ContainsKey(path))
            {
                Flush(parent, path);
                _durable[path] = true;
            }

            return next;
        }
        catch
        {
            next.Dispose();
            throw;
        }
    }

    /// <summary>Null where nothing of that name is there, nor anything that may not be.</summary>
    private SafeFileHandle? Missing(SafeFileHandle parent, string place, byte[] name, Way way, int error)
    {
        if (error is not (Errno.ENOTDIR or Errno.ELOOP))
        {
            return error == Errno.ENOENT ? null : throw SystemFailure.Of(place, error);
        }

        int result = FileCalls.Stat(parent, name, followLinks: false, out FileStat other);
        return result < 0 ? throw SystemFailure.Of(place, -result)
            : other.Type == EntryType.File && way == Way.Read ? null // the path goes on below a file: no such directory
            : throw refuse(place, other.Type);
    }

    private string Place(string path) => Path.Combine(root, path);

    private void RequireOwner(uint user, string path, uint owner)
    {
        if (user != Self && user != 0 && user != owner)
        {
            throw new UnsafeEntryException(
                $"'{Place(path)}' belongs to user {user}, and not to the user of this process ({Self}), to root, or to the owner of '{root}' ({owner}): "
                    + "find out who made it, and remove it or change its owner"
            );
        }
    }
}
