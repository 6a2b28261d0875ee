using System.Globalization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Repository.Cache;

/// <summary>
/// The one way in which a fault of the local cache is reported: the disk below the setting <c>state</c> is full, broken
/// or not ours.
/// </summary>
internal static class CacheFault
{
    public static bool IsFault(Exception exception) =>
        exception is IOException or UnauthorizedAccessException || FileTooLong.IsIn(exception);

    public static PermanentException At(string directory, Exception cause) =>
        cause is UnauthorizedAccessException ? Foreign(directory, cause)
        : FileTooLong.IsIn(cause) ? TooLong(directory, cause)
        : Broken(directory, cause);

    private static PermanentException TooLong(string directory, Exception cause) =>
        new(
            ErrorKind.Configuration,
            $"state: a local file in '{directory}' may not grow so long: raise the limit of this process (ulimit -f), or "
                + "use another file system, and run the same command again: a backup goes on where it stopped.",
            cause
        );

    private static PermanentException Foreign(string directory, Exception cause) =>
        new(
            ErrorKind.Configuration,
            $"state: the local files in '{directory}' cannot be written or read ({cause.Message.TrimEnd('.')}): give "
                + "them to the user that runs abf (chown -R), or delete them while no abf runs: nothing is lost with "
                + "them",
            cause
        );

    private static PermanentException Broken(string directory, Exception cause) =>
        new(
            ErrorKind.Configuration,
            $"state: the local files in '{directory}' cannot be written or read ({cause.Message.TrimEnd('.')}); "
                + $"{Free(directory)}. Make room there or repair the disk, and run the same command again: "
                + "a backup goes on where it stopped.",
            cause
        );

    private static string Free(string directory)
    {
        try
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace} bytes are free"
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "how much is free cannot be told";
        }
    }
}
