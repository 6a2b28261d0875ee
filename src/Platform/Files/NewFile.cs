namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// A file that somebody asked for by its path: written beside its place under a hidden name, and there under its own, whole
/// and flushed, only after <see cref="Publish"/>. Disposed before that, nothing is left of it. Failures are the <see
/// cref="IOException"/> and <see cref="UnauthorizedAccessException"/> of System.IO.
/// </summary>
public sealed class NewFile : IAsyncDisposable
{
    private const int BufferBytes = 1 << 20;

    private const UnixFileMode EverybodyReads =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;

    private NewFile(string path, string temporary, FileStream stream) =>
        (_path, _temporary, _stream) = (path, temporary, stream);

    public Stream Stream => _stream;

    /// <summary>Begins a file, with the rights that files of this user have.</summary>
    /// <param name="isPrivate">For its owner alone (0600).</param>
    public static NewFile Create(string path, bool isPrivate = false)
    {
        string full = Path.GetFullPath(path);
        string random = Guid.NewGuid().ToString("N")[..8];
        string temporary = Path.Combine(Path.GetDirectoryName(full)!, $".abf-{random}.part");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = BufferBytes,
        };
        if (isPrivate && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new NewFile(full, temporary, new FileStream(temporary, options));
    }

    /// <summary>For everybody to read (0644), whatever the umask is: such as a file that another service collects.</summary>
    public void LetAllRead()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_stream.SafeFileHandle, EverybodyReads);
        }
    }

    /// <summary>Whether something has the path already, be it a link that leads nowhere.</summary>
    public static bool IsTaken(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    /// <summary>Makes the bytes durable and gives the file its name.</summary>
    /// <param name="overwrite">Takes the place of a regular file that has the name.</param>
    /// <returns>False: something has the name, and it is left as it is.</returns>
    public bool Publish(bool overwrite)
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        if (overwrite && IsTaken(_path))
        {
            // Neither a device nor a pipe is replaced by a file.
            GivenPath.OpenRead(_path).Dispose();
            File.Move(_temporary, _path, overwrite: true);
        }
        else if (!TryName())
        {
            return false;
        }

        DurableFiles.FlushDirectory(Path.GetDirectoryName(_path)!);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stream.DisposeAsync();
        }
        catch (IOException)
        {
            // On a full disk the rest of the buffer cannot be written, and is not wanted: a published file has none.
        }
        finally
        {
            File.Delete(_temporary);
        }
    }

    private bool TryName()
    {
        if (!OperatingSystem.IsWindows())
        {
            try
            {
                return DurableFilesNative.TryLink(_temporary, _path);
            }
            catch (NotSupportedException)
            {
                // No links there, such as on a memory stick: what follows looks and renames.
            }
        }

        if (IsTaken(_path))
        {
            return false;
        }

        File.Move(_temporary, _path, overwrite: false);
        return true;
    }
}
