using AlfrescoBackupFlows.Platform.Files.Linux;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>New files that only their owner may read, in a directory that was looked at before: caches, scratch files,
/// error reports.</summary>
public static class PrivateFile
{
    private const int BufferBytes = 64 << 10;

    /// <summary>
    /// Creates a file with mode 0600; elsewhere than on Unix the directory's rights count. A name that is taken, be it
    /// by a link that leads nowhere, is an <see cref="IOException"/>.
    /// </summary>
    public static FileStream Create(
        string path,
        FileShare share = FileShare.None,
        FileOptions options = FileOptions.None
    )
    {
        var create = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = share,
            Options = options,
            BufferSize = BufferBytes,
        };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(path, create);
        if (OperatingSystem.IsLinux())
        {
            InheritedOwner.Give(path, file.SafeFileHandle);
        }

        return file;
    }
}
