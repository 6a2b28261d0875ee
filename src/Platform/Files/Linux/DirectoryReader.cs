using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>Reads the names of an open directory. <c>struct dirent</c> is that of 64-bit Linux: type at 18, name from
/// 19.</summary>
internal static unsafe class DirectoryReader
{
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    /// <summary>Null and an error number where reading failed. Entries come in the directory's own order.</summary>
    public static SourceEntry[]? Read(SafeFileHandle directory, out int error)
    {
        var entries = new List<SourceEntry>();
        error = Visit(directory, (name, type) => entries.Add(new SourceEntry(name.ToArray(), type)));
        return error == 0 ? [.. entries] : null;
    }

    /// <summary>Shows every name but <c>.</c> and <c>..</c>, in the directory's own order, in constant
    /// memory.</summary>
    /// <returns>0, or the error number where reading failed.</returns>
    public static int Visit(SafeFileHandle directory, EntryVisitor visit)
    {
        // closedir closes its descriptor, and the handle closes its own: each gets one.
        var descriptor = FileCalls.Checked(Libc.Dup((int)directory.DangerousGetHandle()));
        GC.KeepAlive(directory);
        if (descriptor < 0)
        {
            return -descriptor;
        }

        var stream = Libc.FdOpenDir(descriptor);
        if (stream == 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _ = Libc.Close(descriptor);
            return error;
        }

        try
        {
            return VisitAll(stream, directory, visit);
        }
        finally
        {
            _ = Libc.CloseDir(stream);
        }
    }

    private static int VisitAll(nint stream, SafeFileHandle directory, EntryVisitor visit)
    {
        while (true)
        {
            var raw = Libc.ReadDir(stream);
            if (raw == null)
            {
                return Marshal.GetLastPInvokeError();
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
                visit(name, known);
            }
        }
    }

    /// <summary>Some file systems do not tell the type with the name; null where the entry has vanished
    /// since.</summary>
    private static EntryType? AskType(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        FileCalls.Stat(directory, name, followLinks: false, out var stat) switch
        {
            0 => stat.Type,
            -Errno.ENOENT => null,
            _ => EntryType.Other,
        };
}
