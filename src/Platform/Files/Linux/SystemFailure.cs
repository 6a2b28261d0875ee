using System.Runtime.InteropServices;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>Error numbers as the exceptions of System.IO, with the number in <see cref="Exception.HResult"/>.</summary>
internal static class SystemFailure
{
    public static Exception Of(string place, int error)
    {
        string message = $"'{place}': {Marshal.GetPInvokeErrorMessage(error)}";
        return error switch
        {
            Errno.ENOENT => new FileNotFoundException(message, place),
            Errno.ENOTDIR => new DirectoryNotFoundException(message),
            Errno.EACCES or Errno.EPERM => new UnauthorizedAccessException(message),
            Errno.ENAMETOOLONG => new PathTooLongException(message),
            _ => new IOException(message, error),
        };
    }
}
