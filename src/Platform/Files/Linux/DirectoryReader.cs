using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>Reads the names of an open directory. <c>struct dirent</c> is that of 64-bit Linux: type at 18, name from 19.</summary>
internal static unsafe class DirectoryReader
{
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    /// <summary>Null and an error number where reading failed. Entries come in the directory's own order.</summary>
    public static SourceEntry[]? Read(SafeFileHandle directory, out int error)
    {
        // closedir closes its descriptor, and the handle closes its own: each gets one.
        var descriptor = FileCalls.Checked(Libc.Dup((int)directory.DangerousGetHandle()));
        GC.KeepAlive(directory);
        if (descriptor < 0)
        {
            error = -descriptor;
            return null;
        }

        var stream = Libc.FdOpenDir(descriptor);
        if (stream == 0)
        {
            error = Marshal.GetLastPInvokeError();
            _ = Libc.Close(descriptor);
            return null;
        }

        try
        {
            return ReadAll(stream, directory, out error);
        }
        finally
        {
            _ = Libc.CloseDir(stream);
        }
    }

    private static SourceEntry[]? ReadAll(nint stream, SafeFileHandle directory, out int error)
    {
        var entries = new List<SourceEntry>();
        while (true)
        {
            var raw = Libc.ReadDir(stream);
            if (raw == null)
            {
                error = Marshal.GetLastPInvokeError();
                return error == 0 ? [.. entries] : null;
            }

            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(raw + NameOffset);
            if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
            {
                continue;
            }

            var type = raw[TypeOffset] switch
            {
                0 => AskType(directory, name),
                4 => EntryType.Directory,
                8 => EntryType.File,
                10 => EntryType.Symlink,
                _ => EntryType.Other,
            };
            if (type is { } known)
            {
                entries.Add(new SourceEntry(name.ToArray(), known));
            }
        }
    }

    /// <summary>Some file systems do not tell the type with the name; null where the entry has vanished since.</summary>
    private static EntryType? AskType(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        FileCalls.Stat(directory, name, followLinks: false, out var stat) switch
        {
            0 => stat.Type,
            -Errno.ENOENT => null,
            _ => EntryType.Other,
        };
}
