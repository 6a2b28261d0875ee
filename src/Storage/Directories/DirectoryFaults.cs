using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>Turns what the operating system says about a directory store into what an administrator can act
/// on.</summary>
internal static class DirectoryFaults
{
    private const int Eio = 5;
    private const int Efbig = 27;
    private const int Enospc = 28;
    private const int Erofs = 30;
    private const int Enametoolong = 36;
    private const int Estale = 116;
    private const int Edquot = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public static bool IsExpected(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <param name="exception">What System.IO threw.</param>
    /// <param name="root">The directory of the store.</param>
    /// <param name="doing">What the store was doing, as in "write config/1".</param>
    public static AbfException Translate(Exception exception, string root, string doing)
    {
        string at = $"repository.url: the directory store {root} failed to {doing}";
        return exception switch
        {
            UnsafeEntryException => Permanent($"{at}: {OneLine(exception)}", exception),
            NotSupportedException => NotExclusive(root, exception),
            UnauthorizedAccessException => Permanent(
                $"{at}: access is denied; give the account that runs abf the right to read and write it",
                exception
            ),
            PathTooLongException => Permanent($"{at}: the path is too long for the file system", exception),
            DirectoryNotFoundException => new TransientException(
                ErrorKind.Storage,
                $"{at}: {OneLine(exception)}",
                exception
            ),
            _ => FromNumber(exception, root, at),
        };
    }

    public static PermanentException Missing(string root) =>
        Permanent(
            $"repository.url: the directory {root} does not exist; mount it or correct the path{StoreName.OrInit}",
            inner: null
        );

    public static PermanentException NotCreated(string root, Exception cause) =>
        Permanent(
            $"repository.url: the directory {root} cannot be created ({OneLine(cause)}); correct the path or its rights",
            cause
        );

    /// <summary>Transient: the volume may come back, and then nothing is lost.</summary>
    public static TransientException Replaced(string root) =>
        new(
            ErrorKind.Storage,
            $"repository.url: the directory {root} is not the one that was opened; its volume was unmounted, or "
                + "something else was put in its place: mount it again"
        );

    public static PermanentException NotExclusive(string root, Exception? inner = null) =>
        Permanent(
            $"repository.url: the file system of {root} cannot create a file only if it is absent, so two runs could "
                + "overwrite each other; use a local file system or NFS",
            inner
        );

    private static AbfException FromNumber(Exception exception, string root, string at) =>
        exception.HResult switch
        {
            Enospc or WindowsDiskFull => Permanent(
                $"{at}: the disk is full ({FileSystemRoom.TryLook(root)}); make room",
                exception
            ),
            Edquot => Permanent($"{at}: the disk quota is used up; make room", exception),
            Efbig => Permanent(
                $"{at}: a file there may not grow so long; raise the limit of this process (ulimit -f), or use another "
                    + "file system",
                exception
            ),
            Erofs => Permanent($"{at}: the file system is read-only; mount it writable", exception),
            Enametoolong => Permanent($"{at}: the path is too long for the file system", exception),
            Eio or Estale => new TransientException(
                ErrorKind.Storage,
                $"{at}: the disk or its server failed ({OneLine(exception)}); look at the system's log",
                exception
            ),
            _ => new TransientException(ErrorKind.Storage, $"{at}: {OneLine(exception)}", exception),
        };

    private static string OneLine(Exception exception) => exception.Message.ReplaceLineEndings(" ");

    private static PermanentException Permanent(string message, Exception? inner) =>
        new(ErrorKind.Storage, message, inner);
}
