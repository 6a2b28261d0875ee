using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>System calls about the file system that a path or a file lies on.</summary>
internal static unsafe class FileSystemCalls
{
    /// <summary>Null where the system refuses.</summary>
    public static FileSystemRoom? TryStatVfs(string path)
    {
        StatVfs room;
        fixed (byte* p = Encoding.UTF8.GetBytes(path + "\0"))
        {
            if (Libc.StatVfs(p, &room) != 0)
            {
                return null;
            }
        }

        return new FileSystemRoom(
            (long)UInt128.Min(long.MaxValue, (UInt128)room.AvailableBlocks * room.FragmentSize),
            room.Files == 0 ? null : (long)Math.Min((ulong)long.MaxValue, room.AvailableFiles),
            (long)Math.Max(1, room.FragmentSize)
        );
    }

    /// <summary>What the system says against adding a name to a directory; null where it says nothing.</summary>
    public static string? WhyNotWritable(string directory)
    {
        const int CurrentDirectory = -100;
        const int WriteAndSearch = 2 | 1;
        const int AsEffectiveUser = 0x200;
        fixed (byte* p = Encoding.UTF8.GetBytes(directory + "\0"))
        {
            int error = -FileCalls.Checked(Libc.FAccessAt(CurrentDirectory, p, WriteAndSearch, AsEffectiveUser));
            return error switch
            {
                Errno.EACCES => Marshal.GetPInvokeErrorMessage(error),
                Errno.EPERM => "it is immutable: chattr -i",
                Errno.EROFS => "its file system is read-only: mount it writable",
                _ => null,
            };
        }
    }

    /// <summary>The file system's magic number (statfs(2)), 0 where it is not known.</summary>
    public static uint FileSystemMagic(SafeFileHandle file)
    {
        var buffer = stackalloc byte[512];
        return Libc.FStatFs(file, buffer) == 0 ? *(uint*)buffer : 0;
    }
}
