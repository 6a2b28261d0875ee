using AlfrescoBackupFlows.Platform.Files.Linux;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// Files by their paths, as <see cref="Portable.PortableOwnTree"/> needs them, that survive a power cut once a call has
/// returned, and that appear under their name whole or not at all. Failures are the <see cref="IOException"/> and <see
/// cref="UnauthorizedAccessException"/> of System.IO, with the system's error number in <see cref="Exception.HResult"/>
/// on Unix.
/// </summary>
public static class DurableFiles
{
    private const UnixFileMode NotForOthersToWrite = (UnixFileMode)0x1FD; // 0775

    /// <summary>
    /// Writes <paramref name="content"/> to <paramref name="temporaryPath"/> (same file system, not existing), makes it
    /// durable and gives it the name <paramref name="path"/> unless that is taken. Returns false where it is taken; the
    /// one who took it may be another process.
    /// The temporary file is gone afterwards, unless the process dies.
    /// </summary>
    /// <exception cref="NotSupportedException">The file system can neither link nor rename without
    /// replacing.</exception>
    public static bool TryCreate(string path, string temporaryPath, ReadOnlySpan<byte> content)
    {
        try
        {
            WriteDurably(temporaryPath, content);
            bool created;
            try
            {
                created = TryPublish(temporaryPath, path);
            }
            catch (IOException) when (HasContent(path, content))
            {
                // A network file system may lose the answer of a call that succeeded.
                created = true;
            }

            // Also where the name was taken: whoever took it may have been killed before it flushed, and the caller
            // relies on the file from now on.
            FlushDirectory(Path.GetDirectoryName(path)!);
            return created;
        }
        finally
        {
            File.Delete(temporaryPath);
        }
    }

    /// <summary>As <see cref="TryCreate"/>, but replaces what has the name already.</summary>
    public static void Replace(string path, string temporaryPath, ReadOnlySpan<byte> content)
    {
        try
        {
            WriteDurably(temporaryPath, content);
            File.Move(temporaryPath, path, overwrite: true);
            FlushDirectory(Path.GetDirectoryName(path)!);
        }
        finally
        {
            File.Delete(temporaryPath);
        }
    }

    /// <summary>
    /// Creates a directory with all its parents, none of them writable by others; every level that was missing is
    /// durable when the call returns.
    /// </summary>
    public static void CreateDirectory(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Directory.Exists(full))
        {
            return;
        }

        if (Path.GetDirectoryName(full) is { } parent)
        {
            CreateDirectory(parent);
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(full);
            }
            else
            {
                Directory.CreateDirectory(full, NotForOthersToWrite);
            }

            if (OperatingSystem.IsLinux())
            {
                InheritedOwner.GiveDirectory(full);
            }

            FlushDirectory(parent);
        }
    }

    /// <summary>Makes the names in a directory durable. Windows does so by itself; a file system that cannot do it for
    /// directories is taken at its word.</summary>
    public static void FlushDirectory(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            DurableFilesNative.FlushDirectory(path);
        }
    }

    private static void WriteDurably(string path, ReadOnlySpan<byte> content)
    {
        // No preallocation: a full disk would come out of it as a nameless fault, which looks as if trying again could
        // help.
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        RandomAccess.Write(handle, content, 0);
        RandomAccess.FlushToDisk(handle);
    }

    private static bool TryPublish(string temporaryPath, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            return DurableFilesNative.TryLink(temporaryPath, path);
        }

        try
        {
            File.Move(temporaryPath, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private static bool HasContent(string path, ReadOnlySpan<byte> content)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using SafeFileHandle handle = File.OpenHandle(path);
        if (RandomAccess.GetLength(handle) != content.Length)
        {
            return false;
        }

        byte[] buffer = new byte[Math.Min(content.Length, 1 << 20)];
        for (int offset = 0; offset < content.Length; )
        {
            int read = RandomAccess.Read(handle, buffer, offset);
            if (
                read == 0
                || !content.Slice(offset, Math.Min(read, content.Length - offset)).SequenceEqual(buffer.AsSpan(0, read))
            )
            {
                return false;
            }

            offset += read;
        }

        return true;
    }
}
