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
    public static FileStream Create(string path) => Create(path, FileShare.None, FileOptions.None);

    /// <summary>The same, and nothing is left of it when it is closed, or when the process is killed (on Unix, where
    /// the name is gone at once).</summary>
    public static FileStream CreateNameless(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Create(path, FileShare.Delete, FileOptions.DeleteOnClose);
        }

        FileStream file = Create(path, FileShare.Delete, FileOptions.None);
        File.Delete(path);
        return file;
    }

    /// <summary>Creates a file, writes and flushes it. What has the name already stays; nothing is left where it fails.</summary>
    public static void WriteNew(string path, Action<FileStream> write)
    {
        FileStream file = Create(path);
        try
        {
            using (file)
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Writes a file beside its place, flushes it, and gives it its name, over what has it already.</summary>
    /// <param name="temporary">Not existing, in the same directory; gone afterwards.</param>
    public static void Replace(string path, string temporary, Action<FileStream> write)
    {
        try
        {
            using (FileStream file = Create(temporary))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Removes one that was made here and is of no use.</summary>
    public static void Delete(string path) => File.Delete(path);

    private static FileStream Create(string path, FileShare share, FileOptions options)
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
