using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>
/// System calls with byte paths: each is repeated while interrupted (EINTR), and returns 0 or more for success, a
/// negative error number otherwise.
/// </summary>
internal static unsafe class FileCalls
{
    private const int OnStack = 512;

    public static SafeFileHandle? OpenRoot(string path, int flags, out int error)
    {
        var bytes = Encoding.UTF8.GetBytes(path + "\0");
        int result;
        fixed (byte* p = bytes)
        {
            do
            {
                result = Checked(Libc.Open(p, flags | OpenFlags.CloseOnExec, 0));
            } while (result == -Errno.EINTR);
        }

        return Handle(result, out error);
    }

    public static SafeFileHandle? OpenAt(
        SafeFileHandle directory,
        ReadOnlySpan<byte> path,
        int flags,
        out int error,
        uint mode = 0
    )
    {
        using var terminated = new Terminated(path, stackalloc byte[OnStack]);
        int result;
        fixed (byte* p = terminated.Bytes)
        {
            do
            {
                result = Checked(Libc.OpenAt(directory, p, flags | OpenFlags.CloseOnExec, mode));
            } while (result == -Errno.EINTR);
        }

        return Handle(result, out error);
    }

    /// <summary>Opens what lies beneath the directory and is reached over no link, whatever the number of names in the
    /// path (openat2(2), Linux 5.6).</summary>
    public static SafeFileHandle? OpenBeneath(
        SafeFileHandle directory,
        ReadOnlySpan<byte> path,
        int flags,
        out int error
    )
    {
        using var terminated = new Terminated(path, stackalloc byte[OnStack]);
        OpenHow how = new()
        {
            Flags = (ulong)(uint)(flags | OpenFlags.CloseOnExec),
            Resolve = OpenHow.NoMagicLinks | OpenHow.NoSymlinks | OpenHow.Beneath,
        };
        int result;
        fixed (byte* p = terminated.Bytes)
        {
            do
            {
                result = Checked((int)Libc.OpenAt2(OpenHow.Call, directory, p, &how, OpenHow.Size));
            } while (result == -Errno.EINTR);
        }

        return Handle(result, out error);
    }

    /// <summary>Stats an entry; the empty path is the directory (or file) of the handle itself.</summary>
    public static int Stat(SafeFileHandle directory, ReadOnlySpan<byte> path, bool followLinks, out FileStat stat)
    {
        using var terminated = new Terminated(path, stackalloc byte[OnStack]);
        var flags = (followLinks ? 0 : OpenFlags.AtSymlinkNoFollow) | (path.IsEmpty ? OpenFlags.AtEmptyPath : 0);
        Statx raw;
        int result;
        fixed (byte* p = terminated.Bytes)
        {
            do
            {
                result = Checked(Libc.Statx(directory, p, flags, Statx.BasicStats, &raw));
            } while (result == -Errno.EINTR);
        }

        stat = result < 0 ? default : Convert(in raw);
        return result;
    }

    public static int MakeDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode)
    {
        using var terminated = new Terminated(name, stackalloc byte[OnStack]);
        fixed (byte* p = terminated.Bytes)
        {
            return Checked(Libc.MkdirAt(directory, p, mode));
        }
    }

    public static int Unlink(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags)
    {
        using var terminated = new Terminated(name, stackalloc byte[OnStack]);
        fixed (byte* p = terminated.Bytes)
        {
            return Checked(Libc.UnlinkAt(directory, p, flags));
        }
    }

    /// <summary>Gives a file a second name that is not taken; a name that is a symbolic link is linked itself, not
    /// followed.</summary>
    public static int Link(
        SafeFileHandle fromDirectory,
        ReadOnlySpan<byte> from,
        SafeFileHandle toDirectory,
        ReadOnlySpan<byte> to
    )
    {
        using var source = new Terminated(from, stackalloc byte[OnStack]);
        using var target = new Terminated(to, stackalloc byte[OnStack]);
        fixed (
            byte* s = source.Bytes,
                t = target.Bytes
        )
        {
            return Checked(Libc.LinkAt(fromDirectory, s, toDirectory, t, 0));
        }
    }

    /// <summary>Renames within a file system, over what has the name already.</summary>
    public static int Rename(
        SafeFileHandle fromDirectory,
        ReadOnlySpan<byte> from,
        SafeFileHandle toDirectory,
        ReadOnlySpan<byte> to
    )
    {
        using var source = new Terminated(from, stackalloc byte[OnStack]);
        using var target = new Terminated(to, stackalloc byte[OnStack]);
        fixed (
            byte* s = source.Bytes,
                t = target.Bytes
        )
        {
            return Checked(Libc.RenameAt(fromDirectory, s, toDirectory, t));
        }
    }

    /// <summary>As <see cref="Rename"/>, but only where the name is free; -ENOSYS where the C library or the kernel has
    /// no such call.</summary>
    public static int RenameIfFree(
        SafeFileHandle fromDirectory,
        ReadOnlySpan<byte> from,
        SafeFileHandle toDirectory,
        ReadOnlySpan<byte> to
    )
    {
        const uint NoReplace = 1;
        using var source = new Terminated(from, stackalloc byte[OnStack]);
        using var target = new Terminated(to, stackalloc byte[OnStack]);
        fixed (
            byte* s = source.Bytes,
                t = target.Bytes
        )
        {
            try
            {
                return Checked(Libc.RenameAt2(fromDirectory, s, toDirectory, t, NoReplace));
            }
            catch (EntryPointNotFoundException)
            {
                return -Errno.ENOSYS;
            }
        }
    }

    /// <summary>Sets the mtime of an entry, or of the handle's own file where the name is empty; a symbolic link is not
    /// followed.</summary>
    public static int SetMtime(SafeFileHandle directory, ReadOnlySpan<byte> name, long mtimeNs)
    {
        var (seconds, nanoseconds) = Math.DivRem(mtimeNs, 1_000_000_000L);
        if (nanoseconds < 0)
        {
            (seconds, nanoseconds) = (seconds - 1, nanoseconds + 1_000_000_000L);
        }

        var times = stackalloc Timespec[2];
        times[0] = new Timespec { Nanoseconds = Timespec.Omit };
        times[1] = new Timespec { Seconds = seconds, Nanoseconds = nanoseconds };
        if (name.IsEmpty)
        {
            return Checked(Libc.FUtimens(directory, times));
        }

        using var terminated = new Terminated(name, stackalloc byte[OnStack]);
        fixed (byte* p = terminated.Bytes)
        {
            return Checked(Libc.UtimensAt(directory, p, times, OpenFlags.AtSymlinkNoFollow));
        }
    }

    /// <summary>Sets the owner of an entry, or of the handle's own file where the name is empty; a symbolic link is not
    /// followed.</summary>
    public static int SetOwner(SafeFileHandle directory, ReadOnlySpan<byte> name, uint uid, uint gid)
    {
        using var terminated = new Terminated(name, stackalloc byte[OnStack]);
        var flags = OpenFlags.AtSymlinkNoFollow | (name.IsEmpty ? OpenFlags.AtEmptyPath : 0);
        fixed (byte* p = terminated.Bytes)
        {
            return Checked(Libc.FChownAt(directory, p, uid, gid, flags));
        }
    }

    /// <summary>Sets the mode through a path-only handle, which works without any right on the entry itself and cannot
    /// be led astray by a link.</summary>
    public static int SetModeOfPathHandle(SafeFileHandle handle, uint mode)
    {
        var path = Encoding.ASCII.GetBytes($"/proc/self/fd/{handle.DangerousGetHandle()}\0");
        fixed (byte* p = path)
        {
            var result = Checked(Libc.Chmod(p, mode));
            GC.KeepAlive(handle);
            return result;
        }
    }

    public static int Checked(int result) => result < 0 ? -Marshal.GetLastPInvokeError() : result;

    private static SafeFileHandle? Handle(int result, out int error)
    {
        error = result < 0 ? -result : 0;
        return result < 0 ? null : new SafeFileHandle(result, ownsHandle: true);
    }

    private static FileStat Convert(in Statx raw)
    {
        var type = (raw.Mode & 0xF000) switch
        {
            0x4000 => EntryType.Directory,
            0x8000 => EntryType.File,
            0xA000 => EntryType.Symlink,
            _ => EntryType.Other,
        };
        return new FileStat(
            Type: type,
            Size: (long)Math.Min(raw.Size, long.MaxValue),
            Mode: raw.Mode & 0xFFF,
            Uid: raw.Uid,
            Gid: raw.Gid,
            MtimeNs: Nanoseconds(raw.MtimeSeconds, raw.MtimeNanoseconds),
            CtimeNs: Nanoseconds(raw.CtimeSeconds, raw.CtimeNanoseconds),
            Inode: raw.Inode,
            Device: ((ulong)raw.DeviceMajor << 32) | raw.DeviceMinor
        );
    }

    private static long Nanoseconds(long seconds, uint nanoseconds) =>
        (long)Int128.Clamp(((Int128)seconds * 1_000_000_000) + nanoseconds, long.MinValue, long.MaxValue);

    /// <summary>A path with the zero byte that C wants: on the stack where it is short, else in a rented
    /// array.</summary>
    private readonly ref struct Terminated
    {
        private readonly byte[]? _rented;

        public Terminated(ReadOnlySpan<byte> path, Span<byte> stack)
        {
            _rented = path.Length < stack.Length ? null : ArrayPool<byte>.Shared.Rent(path.Length + 1);
            var buffer = _rented is null ? stack : _rented;
            path.CopyTo(buffer);
            buffer[path.Length] = 0;
            Bytes = buffer[..(path.Length + 1)];
        }

        public Span<byte> Bytes { get; }

        public void Dispose()
        {
            if (_rented is not null)
            {
                ArrayPool<byte>.Shared.Return(_rented);
            }
        }
    }
}
