using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>
/// A file for its owner alone that gets its name when it is whole: it is written beside, and nothing is left of it where
/// that fails; in another's directory it stays the maker's. Only a kill leaves <c>NAME.xxxxxxxx.partial</c>.
/// </summary>
internal static class NewFile
{
    /// <param name="overwrite">A file that has the name already is replaced.</param>
    /// <returns>Its length.</returns>
    /// <exception cref="PermanentException">Target: it exists, or cannot be written.</exception>
    public static async Task<long> WriteAsync(string path, bool overwrite, Func<Stream, Task> write)
    {
        string partial = $"{path}.{Guid.NewGuid().ToString("N")[..8]}.partial";
        bool isThere = false;
        try
        {
            RequireFree(path, overwrite);
            long length;
            await using (FileStream file = PrivateFile.CreateOwn(partial))
            {
                isThere = true;
                await write(new WrittenFile(file, path));
                file.Flush(flushToDisk: true);
                length = file.Length;
            }

            RequireFree(path, overwrite);
            PrivateFile.Rename(partial, path, overwrite);
            isThere = false;
            return length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(path, e);
        }
        finally
        {
            if (isThere)
            {
                PrivateFile.Delete(partial);
            }
        }
    }

    private static void RequireFree(string path, bool overwrite)
    {
        if (GivenPath.IsDirectory(path))
        {
            throw new PermanentException(ErrorKind.Target, $"'{path}' is a directory: name a file in it");
        }

        if (!GivenPath.IsFile(path) && GivenPath.LinkTarget(path) is null)
        {
            return;
        }

        if (overwrite)
        {
            // A device or a pipe is nothing to replace.
            GivenPath.OpenRead(path).Dispose();
        }
        else
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"'{path}' exists: name another file, or say --overwrite to replace it"
            );
        }
    }

    private static PermanentException Fault(string path, Exception cause) =>
        new(
            ErrorKind.Target,
            $"'{path}' cannot be written ({cause.Message}): name a file in a directory that exists, where this user may "
                + "write and there is room",
            cause
        );

    /// <summary>What goes wrong here is the file's fault, and not the repository's.</summary>
    private sealed class WrittenFile(FileStream file, string path) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => file.CanSeek;

        public override bool CanWrite => true;

        public override long Length => file.Length;

        public override long Position
        {
            get => file.Position;
            set => file.Position = value;
        }

        public override void Flush() => file.Flush();

        public override void SetLength(long value) => file.SetLength(value);

        public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                file.Write(buffer);
            }
            catch (IOException e)
            {
                throw Fault(path, e);
            }
        }

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            try
            {
                await file.WriteAsync(buffer, cancellationToken);
            }
            catch (IOException e)
            {
                throw Fault(path, e);
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
