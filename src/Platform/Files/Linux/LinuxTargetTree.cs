using System.Runtime.InteropServices;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>Walks every path component by component with O_NOFOLLOW, so that a link planted anywhere in the target is
/// refused, not followed.</summary>
internal sealed class LinuxTargetTree : TargetTree
{
    private const uint PrivateDirectory = 0x1C0; // 0700
    private const uint PrivateFile = 0x180; // 0600
    private const uint PermissionBits = 0xFFF;
    private const int WriteForOthers = 0x2;

    private static readonly int Step = OpenFlags.PathOnly | OpenFlags.Directory | OpenFlags.NoFollow;

    private readonly SafeFileHandle _root;

    // Files come directory by directory: the last one stays open for whoever asks next.
    private KeptDirectory? _last;

    private LinuxTargetTree(string rootPath, SafeFileHandle root)
        : base(rootPath)
    {
        _root = root;
    }

    public static LinuxTargetTree Open(string rootPath)
    {
        var root =
            FileCalls.OpenRoot(rootPath, OpenFlags.Directory | OpenFlags.NoFollow, out var error)
            ?? throw new PermanentException(
                ErrorKind.Target,
                $"target '{rootPath}' cannot be opened: {Marshal.GetPInvokeErrorMessage(error)} (a symbolic link is never followed)"
            );
        try
        {
            RefusePlanted(root, rootPath);
            return new LinuxTargetTree(rootPath, root);
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>In a directory like /tmp, somebody else may have made the target before we could, to look on.</summary>
    private static void RefusePlanted(SafeFileHandle root, string rootPath)
    {
        FileStat stat = OwnWalk.StatOf(root, rootPath);
        if (stat.Uid == 0 || stat.Uid == Libc.GetEffectiveUser())
        {
            return;
        }

        using SafeFileHandle? above = FileCalls.OpenAt(root, ".."u8, OpenFlags.PathOnly | OpenFlags.Directory, out _);
        if (above is not null && (OwnWalk.StatOf(above, rootPath).Mode & WriteForOthers) != 0)
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"target '{rootPath}' belongs to user {stat.Uid}, and stands where everybody may make a directory: "
                    + "name one that is not there yet, or change its owner"
            );
        }
    }

    public override TargetTree OpenBeneath(ReadOnlySpan<byte> path)
    {
        TreePath.Require(path);
        using var made = Walk(path, create: true, out var error) ?? throw Fault(path, error);
        var root = FileCalls.OpenAt(made, "."u8, OpenFlags.Directory, out error) ?? throw Fault(path, error);
        return new LinuxTargetTree(Describe(path), root);
    }

    public override void CreateDirectory(ReadOnlySpan<byte> path)
    {
        TreePath.Require(path);
        using var made = Walk(path, create: true, out var error) ?? throw Fault(path, error);
    }

    public override TargetDirectory OpenDirectory(ReadOnlySpan<byte> path)
    {
        TreePath.Require(path);
        var directory = Walk(path, create: true, out var made, out var error) ?? throw Fault(path, error);
        return new LinuxTargetDirectory(this, directory, path.ToArray(), made);
    }

    public override TargetDirectory? TryOpenDirectory(ReadOnlySpan<byte> path)
    {
        TreePath.Require(path);
        return Walk(path, create: false, out var error) is { } directory
                ? new LinuxTargetDirectory(this, directory, path.ToArray(), isNew: false)
            : IsAbsent(error) ? null
            : throw Fault(path, error);
    }

    public override TargetFile CreateFile(ReadOnlySpan<byte> path)
    {
        using var parent = WalkToParent(path, out var name, out var error);
        var directory = parent.Handle ?? throw Fault(path, error);
        var flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
        var file = FileCalls.OpenAt(directory, name, flags, out error, PrivateFile) ?? throw Fault(path, error);
        return new LinuxTargetFile(this, file, path.ToArray());
    }

    public override FileStat? TryStat(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            Check(path, FileCalls.Stat(_root, default, followLinks: false, out var own));
            return own;
        }

        using var parent = WalkToParent(path, out var name, out var error);
        if (parent.Handle is not { } directory)
        {
            return IsAbsent(error) ? null : throw Fault(path, error);
        }

        var result = FileCalls.Stat(directory, name, followLinks: false, out var stat);
        if (IsAbsent(-result))
        {
            return null;
        }

        Check(path, result);
        return stat;
    }

    public override void Delete(ReadOnlySpan<byte> path)
    {
        using var parent = WalkToParent(path, out var name, out var error);
        if (parent.Handle is not { } directory)
        {
            error = error == Errno.ENOENT ? 0 : error;
        }
        else
        {
            error = Remove(directory, name);
        }

        if (error != 0)
        {
            throw Fault(path, error);
        }
    }

    /// <summary>Removes a file, a link or an empty directory. 0: it is gone, or was not there.</summary>
    internal static int Remove(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var error = -FileCalls.Unlink(directory, name, 0);
        if (error == Errno.EISDIR)
        {
            error = -FileCalls.Unlink(directory, name, OpenFlags.AtRemoveDirectory);
        }

        return error == Errno.ENOENT ? 0 : error;
    }

    public override bool TrySetTimes(ReadOnlySpan<byte> path, long mtimeNs)
    {
        if (path.IsEmpty)
        {
            return Allowed(path, FileCalls.SetMtime(_root, default, mtimeNs));
        }

        using var parent = WalkToParent(path, out var name, out var error);
        var directory = parent.Handle ?? throw Fault(path, error);
        return Allowed(path, FileCalls.SetMtime(directory, name, mtimeNs));
    }

    public override bool TrySetMode(ReadOnlySpan<byte> path, int mode)
    {
        if (path.IsEmpty)
        {
            return Allowed(path, FileCalls.Checked(Libc.FChmod(_root, (uint)mode & PermissionBits)));
        }

        using var parent = WalkToParent(path, out var name, out var error);
        var directory = parent.Handle ?? throw Fault(path, error);
        using var entry =
            FileCalls.OpenAt(directory, name, OpenFlags.PathOnly | OpenFlags.NoFollow, out error)
            ?? throw Fault(path, error);
        Check(path, FileCalls.Stat(entry, default, followLinks: false, out var stat));
        return stat.Type == EntryType.Symlink
            ? throw Fault(path, Errno.ELOOP)
            : Allowed(path, FileCalls.SetModeOfPathHandle(entry, (uint)mode & PermissionBits));
    }

    public override bool TrySetOwner(ReadOnlySpan<byte> path, uint uid, uint gid)
    {
        if (path.IsEmpty)
        {
            return Allowed(path, FileCalls.SetOwner(_root, default, uid, gid));
        }

        using var parent = WalkToParent(path, out var name, out var error);
        var directory = parent.Handle ?? throw Fault(path, error);
        return Allowed(path, FileCalls.SetOwner(directory, name, uid, gid));
    }

    public override void Flush() => Check(default, FileCalls.Checked(Libc.SyncFs(_root)));

    /// <summary>False where the rights or the file system do not permit what was asked; every other failure is a
    /// fault.</summary>
    internal bool Allowed(ReadOnlySpan<byte> path, int result)
    {
        if (result is -Errno.EPERM or -Errno.EACCES or -Errno.EINVAL or -Errno.EOPNOTSUPP or -Errno.ENOSYS)
        {
            return false;
        }

        Check(path, result);
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        Interlocked.Exchange(ref _last, null)?.Dispose();
        _root.Dispose();
    }

    /// <summary>Nothing is there, or can be there: a name that is too long, a way through a file or a link.</summary>
    internal static bool IsAbsent(int error) =>
        error is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.ENAMETOOLONG;

    private void Check(ReadOnlySpan<byte> path, int result)
    {
        if (result < 0)
        {
            throw Fault(path, -result);
        }
    }

    internal string PlaceOf(ReadOnlySpan<byte> path) => Describe(path);

    internal PermanentException Fault(ReadOnlySpan<byte> path, int error) => Fault(Describe(path), error);

    private PermanentException Fault(string place, int error) =>
        error switch
        {
            Errno.ENOSPC => Full(place, "the disk is full"),
            Errno.EDQUOT => Full(place, "the disk quota is used up"),
            Errno.EFBIG => new PermanentException(
                ErrorKind.Target,
                $"target '{place}' may not grow so long; raise the limit of this process (ulimit -f), or use another file "
                    + "system, and run the same command again: it goes on"
            ),
            Errno.EEXIST => new PermanentException(ErrorKind.Target, $"target '{place}' exists already"),
            Errno.ELOOP => new PermanentException(
                ErrorKind.Target,
                $"target '{place}' is a symbolic link, which a restore never follows; remove it"
            ),
            Errno.ENOTDIR => new PermanentException(
                ErrorKind.Target,
                $"target '{place}' leads through something that is not a directory (a file or a symbolic link); remove it"
            ),
            _ => new PermanentException(
                ErrorKind.Target,
                $"target '{place}' cannot be written: {Marshal.GetPInvokeErrorMessage(error)}"
            ),
        };

    /// <summary>The directory that an entry is in, as <see cref="Walk"/> gives it, or as it was left open by the call
    /// before.</summary>
    private Parent WalkToParent(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> name, out int error)
    {
        TreePath.Require(path);
        var slash = path.LastIndexOf((byte)'/');
        name = path[(slash + 1)..];
        var place = slash < 0 ? default : path[..slash];
        error = 0;
        var last = Interlocked.Exchange(ref _last, null);
        if (last is not null && last.IsStill(_root, place))
        {
            return new Parent(this, last);
        }

        last?.Dispose();
        return new Parent(this, KeptDirectory.TryTake(place, Walk(place, create: false, out error)));
    }

    /// <summary>A directory in use by one call; disposal leaves it open for the next.</summary>
    private readonly ref struct Parent(LinuxTargetTree tree, KeptDirectory? directory)
    {
        public SafeFileHandle? Handle => directory?.Handle;

        public void Dispose()
        {
            if (directory is not null)
            {
                Interlocked.Exchange(ref tree._last, directory)?.Dispose();
            }
        }
    }

    /// <summary>A path-only handle of a directory beneath the root, which the caller disposes; null and an error number
    /// where the way is barred.</summary>
    private SafeFileHandle? Walk(ReadOnlySpan<byte> path, bool create, out int error) =>
        Walk(path, create, out _, out error);

    /// <param name="made">The last directory was not there before.</param>
    private SafeFileHandle? Walk(ReadOnlySpan<byte> path, bool create, out bool made, out int error)
    {
        made = false;
        error = 0;
        var current = OpenNearest(ref path) ?? FileCalls.OpenAt(_root, "."u8, Step, out error);
        while (current is not null && !path.IsEmpty)
        {
            var slash = path.IndexOf((byte)'/');
            var name = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];

            made = false;
            var next = FileCalls.OpenAt(current, name, Step, out error);
            if (next is null && error == Errno.ENOENT && create)
            {
                // Another writer may make the same directory: then it is there, which is all that is wanted.
                error = -FileCalls.MakeDirectory(current, name, PrivateDirectory);
                made = error == 0;
                next = error is 0 or Errno.EEXIST ? FileCalls.OpenAt(current, name, Step, out error) : null;
            }

            current.Dispose();
            current = next;
        }

        return current;
    }

    /// <summary>One call in place of the walk, where the kernel has it: to the directory itself, or to the one above
    /// it.</summary>
    /// <param name="path">What is left to walk.</param>
    /// <returns>Null where it must be walked from the root, which also tells what bars the way.</returns>
    private SafeFileHandle? OpenNearest(ref ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            return null;
        }

        var whole = FileCalls.OpenBeneath(_root, path, Step, out var error);
        if (whole is not null)
        {
            path = default;
            return whole;
        }

        var slash = path.LastIndexOf((byte)'/');
        if (error != Errno.ENOENT || slash < 0)
        {
            return null;
        }

        var above = FileCalls.OpenBeneath(_root, path[..slash], Step, out _);
        path = above is null ? path : path[(slash + 1)..];
        return above;
    }
}
