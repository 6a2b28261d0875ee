using System.ComponentModel;
using System.Runtime.InteropServices;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>The calls of libc that <see cref="DurableFiles"/> needs and System.IO lacks. Error numbers are Linux's;
/// where another Unix differs, the error is reported as it is.</summary>
internal static partial class DurableFilesNative
{
    private const int Eperm = 1;
    private const int Enoent = 2;
    private const int Eexist = 17;
    private const int Einval = 22;
    private const int Emlink = 31;
    private const int Enosys = 38;
    private const int Eopnotsupp = 95;

    /// <summary>Gives the file a second name unless that is taken.</summary>
    public static bool TryLink(string existing, string path)
    {
        if (Link(existing, path) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error switch
        {
            Eexist => false,
            Eperm or Enosys or Eopnotsupp or Emlink => throw NotExclusive(path),
            _ => throw Failure("link", path, error),
        };
    }

    public static void FlushDirectory(string path)
    {
        // O_RDONLY is 0 everywhere; a directory needs no more to be flushed.
        int descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw Failure("open", path, Marshal.GetLastPInvokeError());
        }

        int error = Flush(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(descriptor);

        // EINVAL: this file system does not flush directories (some of FUSE, CIFS).
        if (error is not (0 or Einval))
        {
            throw Failure("fsync", path, error);
        }
    }

    private static NotSupportedException NotExclusive(string path) =>
        new($"The file system of {path} has no hard links.");

    private static IOException Failure(string call, string path, int error)
    {
        string message = $"{call} {path}: {new Win32Exception(error).Message}";
        return error == Enoent ? new FileNotFoundException(message, path) : new IOException(message, error);
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
