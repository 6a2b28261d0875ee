using AlfrescoBackupFlows.Platform.Files.Linux;
using AlfrescoBackupFlows.Platform.Files.Portable;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// Places that a setting or an argument names. The way there is the administrator's and may lead over links; what is
/// read at its end is a regular file of bounded length, and nothing ever waits for another process. Failures are the
/// <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> of System.IO; a missing file is a <see
/// cref="FileNotFoundException"/> or <see cref="DirectoryNotFoundException"/>.
/// </summary>
public static class GivenPath
{
    private const int FirstBytes = 4096;

    public static bool IsDirectory(string path) => Directory.Exists(path);

    /// <summary>Whether something other than a directory is there.</summary>
    public static bool IsFile(string path) => File.Exists(path);

    /// <summary>Where a symbolic link at the very end of the path leads; null where none is.</summary>
    public static string? LinkTarget(string path) => new FileInfo(path).LinkTarget;

    /// <summary>Where the links lead of which the very end of the path is the first; null where it is none.</summary>
    public static string? FinalTarget(string path) =>
        Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;

    /// <summary>The names in a directory, one by one, in any order.</summary>
    public static IEnumerable<string> NamesIn(string directory) =>
        Directory.EnumerateFileSystemEntries(directory).Select(entry => Path.GetFileName(entry));

    /// <exception cref="IOException">It is not empty.</exception>
    public static void DeleteEmptyDirectory(string path) => Directory.Delete(path);

    /// <exception cref="IOException">There is something of that name that is no empty directory.</exception>
    public static void RenameDirectory(string path, string name) => Directory.Move(path, name);

    /// <summary>All bytes of a file.</summary>
    /// <exception cref="IOException">It has more than <paramref name="maxBytes"/>, or is no regular file.</exception>
    public static byte[] ReadAll(string path, int maxBytes)
    {
        using SafeFileHandle file = OpenRead(path);
        long length = RandomAccess.GetLength(file);

        // One byte more: so the end is seen. A file of /proc says that it has no length, and may have any.
        byte[] bytes = new byte[length > maxBytes ? 0 : Math.Min(Math.Max(length + 1, FirstBytes), maxBytes + 1L)];
        int total = 0;
        while (length <= maxBytes && Fill(file, bytes, ref total) && total <= maxBytes)
        {
            Array.Resize(ref bytes, (int)Math.Min(bytes.Length * 2L, maxBytes + 1L));
        }

        return length <= maxBytes && total <= maxBytes
            ? bytes[..total]
            : throw new IOException($"it has more than {maxBytes} bytes");
    }

    /// <summary>The lines of a file that this program wrote, one by one.</summary>
    public static IEnumerable<string> ReadLines(string path)
    {
        using var reader = new StreamReader(new FileStream(OpenRead(path), FileAccess.Read));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>The same as a stream, for a long file.</summary>
    public static Stream OpenStream(string path) =>
        new FileStream(OpenRead(path), FileAccess.Read, bufferSize: 1 << 20);

    /// <summary>Opens a file for reading. What is no regular file is not opened at all: to open a pipe is to wait for
    /// its writer, to open a device may be to change it.</summary>
    public static SafeFileHandle OpenRead(string path) =>
        OperatingSystem.IsLinux() ? OpenOnLinux(path) : OpenElsewhere(path);

    /// <summary>Reads on from <paramref name="total"/>. True where the buffer became full: there may be more.</summary>
    internal static bool Fill(SafeFileHandle file, byte[] buffer, ref int total)
    {
        while (total < buffer.Length)
        {
            int read = RandomAccess.Read(file, buffer.AsSpan(total), total);
            if (read == 0)
            {
                return false;
            }

            total += read;
        }

        return true;
    }

    private static SafeFileHandle OpenOnLinux(string path)
    {
        using (SafeFileHandle look = Open(path, OpenFlags.PathOnly))
        {
            RequireFile(OwnWalk.StatOf(look, path).Type);
        }

        // Something else may have taken its place since.
        SafeFileHandle file = Open(path, OpenFlags.NonBlock);
        try
        {
            RequireFile(OwnWalk.StatOf(file, path).Type);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SafeFileHandle Open(string path, int flags) =>
        path.Contains('\0', StringComparison.Ordinal)
            ? throw new IOException("it holds U+0000")
            : FileCalls.OpenRoot(path, flags, out int error) ?? throw SystemFailure.Of(path, error);

    private static SafeFileHandle OpenElsewhere(string path)
    {
        string place = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        if (PortablePath.Find(place) is { } found)
        {
            RequireFile(PortablePath.Stat(found).Type);
        }

        return File.OpenHandle(place, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    private static void RequireFile(EntryType found)
    {
        if (found != EntryType.File)
        {
            throw new IOException(
                found == EntryType.Directory
                    ? "it is a directory, not a file"
                    : "it is a pipe, a socket or a device, not a regular file"
            );
        }
    }
}
