using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>flock(2) on a file, which the kernel drops when the process dies.</summary>
internal sealed class FileLock : IDisposable
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int Now = 4;
    private const int Unlock = 8;

    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Null where another holds it. A file system without locks is taken as it is, as System.IO does. The file
    /// is taken over.</summary>
    public static FileLock? TryTake(SafeFileHandle file, bool shared = false)
    {
        if (FileCalls.Checked(Libc.FLock(file, (shared ? Shared : Exclusive) | Now)) != -Errno.EAGAIN)
        {
            return new FileLock(file);
        }

        file.Dispose();
        return null;
    }

    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            // In so many words: a child that is just being started still has the file open, and closing alone would
            // leave it the lock.
            _ = Libc.FLock(_file, Unlock);
            _file.Dispose();
        }
    }
}
