using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>The C library's own signatures, 64-bit Linux (glibc 2.28 and later, musl). Use them through <see
/// cref="FileCalls"/>.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(SafeFileHandle directory, byte* path, int flags, uint mode);

    /// <summary>No C library has a function of its own for it yet.</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint OpenAt2(nint call, SafeFileHandle directory, byte* path, OpenHow* how, nint size);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "dup", SetLastError = true)]
    public static partial int Dup(int descriptor);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int GetDescriptorFlags(int descriptor, int command);

    [LibraryImport(Library, EntryPoint = "signal", SetLastError = true)]
    public static partial nint Signal(int number, nint handler);

    /// <summary>Of glibc alone. What it returns is of no use: whether anything was given back.</summary>
    [LibraryImport(Library, EntryPoint = "malloc_trim")]
    public static partial void MallocTrim(nuint pad);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    public static partial int Statx(SafeFileHandle directory, byte* path, int flags, uint mask, Statx* result);

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int FStatFs(SafeFileHandle descriptor, byte* result);

    [LibraryImport(Library, EntryPoint = "statvfs", SetLastError = true)]
    public static partial int StatVfs(byte* path, StatVfs* result);

    [LibraryImport(Library, EntryPoint = "faccessat", SetLastError = true)]
    public static partial int FAccessAt(int directory, byte* path, int mode, int flags);

    [LibraryImport(Library, EntryPoint = "fdopendir", SetLastError = true)]
    public static partial nint FdOpenDir(int descriptor);

    [LibraryImport(Library, EntryPoint = "readdir", SetLastError = true)]
    public static partial byte* ReadDir(nint stream);

    [LibraryImport(Library, EntryPoint = "closedir", SetLastError = true)]
    public static partial int CloseDir(nint stream);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    public static partial nint PRead(SafeFileHandle file, byte* buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint PWrite(SafeFileHandle file, byte* buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MkdirAt(SafeFileHandle directory, byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(SafeFileHandle directory, byte* path, int flags);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    public static partial int LinkAt(
        SafeFileHandle fromDirectory,
        byte* from,
        SafeFileHandle toDirectory,
        byte* to,
        int flags
    );

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(SafeFileHandle fromDirectory, byte* from, SafeFileHandle toDirectory, byte* to);

    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true)]
    public static partial int RenameAt2(
        SafeFileHandle fromDirectory,
        byte* from,
        SafeFileHandle toDirectory,
        byte* to,
        uint flags
    );

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(SafeFileHandle file, int operation);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint GetEffectiveUser();

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    public static partial int UtimensAt(SafeFileHandle directory, byte* path, Timespec* times, int flags);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    public static partial int FUtimens(SafeFileHandle file, Timespec* times);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int FChmod(SafeFileHandle file, uint mode);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true)]
    public static partial int Chmod(byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    public static partial int FChownAt(SafeFileHandle directory, byte* path, uint uid, uint gid, int flags);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFs(SafeFileHandle file);

    // The *_r functions return the error number instead of setting errno.
    [LibraryImport(Library, EntryPoint = "getpwuid_r")]
    public static partial int GetPwUid(uint uid, byte* entry, byte* buffer, nint length, byte** result);

    [LibraryImport(Library, EntryPoint = "getgrgid_r")]
    public static partial int GetGrGid(uint gid, byte* entry, byte* buffer, nint length, byte** result);

    [LibraryImport(Library, EntryPoint = "getpwnam_r")]
    public static partial int GetPwNam(byte* name, byte* entry, byte* buffer, nint length, byte** result);

    [LibraryImport(Library, EntryPoint = "getgrnam_r")]
    public static partial int GetGrNam(byte* name, byte* entry, byte* buffer, nint length, byte** result);
}

/// <summary><c>struct open_how</c> (openat2(2)); the number of the call is the same on every architecture.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenHow
{
    public const nint Call = 437;
    public const nint Size = 24;
    public const ulong NoMagicLinks = 0x02;
    public const ulong NoSymlinks = 0x04;
    public const ulong Beneath = 0x08;

    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;
}

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    /// <summary>In <see cref="Wanted"/> and <see cref="Found"/>: there is room to write.</summary>
    public const short Writable = 4;

    public int Descriptor;
    public short Wanted;
    public short Found;
}

/// <summary><c>struct timespec</c> on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Timespec
{
    /// <summary>In <see cref="Nanoseconds"/>: leave this time as it is.</summary>
    public const long Omit = 0x3ffffffe;

    public long Seconds;
    public long Nanoseconds;
}

/// <summary><c>struct statvfs</c> on 64-bit Linux, up to what is needed of it; glibc and musl agree.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatVfs
{
    [FieldOffset(8)]
    public ulong FragmentSize;

    [FieldOffset(32)]
    public ulong AvailableBlocks;

    [FieldOffset(40)]
    public ulong Files;

    [FieldOffset(56)]
    public ulong AvailableFiles;
}

/// <summary><c>struct statx</c>: the kernel's own layout, the same on every architecture (statx(2)).</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Statx
{
    public const uint BasicStats = 0x7ff;

    [FieldOffset(20)]
    public uint Uid;

    [FieldOffset(24)]
    public uint Gid;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(40)]
    public ulong Size;

    [FieldOffset(96)]
    public long CtimeSeconds;

    [FieldOffset(104)]
    public uint CtimeNanoseconds;

    [FieldOffset(112)]
    public long MtimeSeconds;

    [FieldOffset(120)]
    public uint MtimeNanoseconds;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;
}
