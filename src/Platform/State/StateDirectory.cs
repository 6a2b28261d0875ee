using System.Runtime.Versioning;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Files.Linux;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.State;

/// <summary>The local directory that holds the journal, its lock and caches (setting <c>state</c>).</summary>
public static class StateDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WriteForOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Others = (UnixFileMode)0x3F;

    /// <summary>
    /// Creates the directory where it is missing, with mode 0700. One that is there has to be this user's (root may use
    /// everybody's), and nobody else may write to it. A file system that other hosts can reach is refused.
    /// </summary>
    /// <returns>The full path.</returns>
    /// <exception cref="PermanentException">Configuration: it cannot be created, is another user's, or its file system
    /// is a network's.</exception>
    public static string Prepare(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            Create(full);
            if (OperatingSystem.IsLinux())
            {
                RequireOwn(full);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: the directory {full} cannot be created ({e.Message}): name one that this user may write to",
                e
            );
        }

        RefuseSharedFileSystem(full, Identify(full));
        return full;
    }

    /// <summary>A directory beneath the state, whether it exists or not: where it does, no step of the way is a link or
    /// another user's.</summary>
    /// <returns>The full path.</returns>
    /// <exception cref="PermanentException">Configuration: what is there is named.</exception>
    public static string Beneath(string state, params ReadOnlySpan<string> names) =>
        Beneath(state, names, tree => tree.TryIdentify());

    /// <summary>The same, and makes it where it is missing.</summary>
    public static string MakeBeneath(string state, params ReadOnlySpan<string> names) =>
        Beneath(state, names, tree => tree.CreateDirectory(""));

    /// <summary>Deletes a directory that was opened before; one with anything in it stays.</summary>
    public static void DeleteIfEmpty(string path)
    {
        if (!Directory.EnumerateFileSystemEntries(path).Any())
        {
            Directory.Delete(path);
        }
    }

    private static string Beneath(string state, ReadOnlySpan<string> names, Action<OwnTree> look)
    {
        OwnTree tree = OwnTree.OpenPrivate(state).Beneath(string.Join('/', names));
        try
        {
            look(tree);
            return tree.Location;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: {e.Message}: give it to the user that runs abf (chown -R)",
                e
            );
        }
        catch (IOException e)
        {
            throw new PermanentException(ErrorKind.Configuration, $"state: {e.Message}", e);
        }
    }

    /// <summary>Level by level: of several that System.IO makes at once, only the last has the mode.</summary>
    private static void Create(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (Path.GetDirectoryName(path) is { } parent)
        {
            Create(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Private);
        }

        if (OperatingSystem.IsLinux())
        {
            InheritedOwner.GiveDirectory(path);
        }
    }

    [SupportedOSPlatform("linux")]
    private static void RequireOwn(string path)
    {
        using SafeFileHandle directory =
            FileCalls.OpenRoot(path, OpenFlags.PathOnly | OpenFlags.Directory, out int error)
            ?? throw SystemFailure.Of(path, error);
        FileStat stat = OwnWalk.StatOf(directory, path);
        uint self = Libc.GetEffectiveUser();
        if (stat.Uid != self && self != 0)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: {path} belongs to user {stat.Uid}, and this process runs as user {self}: run as that user, or name a directory of this one"
            );
        }

        var mode = (UnixFileMode)stat.Mode;
        if ((mode & Others) == UnixFileMode.None)
        {
            return;
        }

        // A directory of the system that was named by mistake is never closed to everybody else.
        if ((mode & WriteForOthers) != UnixFileMode.None || stat.Uid != self || !IsEmptyOrOurs(path))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: others may use {path} (mode {Convert.ToString(stat.Mode, 8)}): chmod 0700 {path}, or name a directory that is for this user alone"
            );
        }

        int result = FileCalls.SetModeOfPathHandle(directory, (uint)Private);
        if (result < 0)
        {
            throw SystemFailure.Of(path, -result);
        }
    }

    private static bool IsEmptyOrOurs(string path)
    {
        string[] names = [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry))];
        return names.Length == 0
            || names.Any(name =>
                name is "abf.log" or "heads" or "runs" or "restores" or "verifications" or "journal.db"
            );
    }

    /// <summary>
    /// A journal with a shared-memory log and a lock by the kernel are only safe on a file system of this host. FUSE is
    /// refused with the networks: from outside, sshfs and blobfuse look like a local one.
    /// </summary>
    internal static void RefuseSharedFileSystem(string path, (DriveType Type, string Format) fileSystem)
    {
        if (fileSystem.Type == DriveType.Network || fileSystem.Format is "fuse" or "v9fs" or "9p" or "virtiofs")
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: {path} is on a network or shared file system ({fileSystem.Format}), where a killed run looks "
                    + "like a living one: name a directory on a local disk"
            );
        }
    }

    private static (DriveType Type, string Format) Identify(string path)
    {
        if (path.StartsWith(@"\\", StringComparison.Ordinal))
        {
            return (DriveType.Network, "UNC");
        }

        try
        {
            var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(path)! : path);
            return (drive.DriveType, drive.DriveFormat);
        }
        catch (DriveNotFoundException)
        {
            // In a root that is no mount (chroot) the list of mounts does not name it, and nothing is known against it.
            return (DriveType.Unknown, string.Empty);
        }
        catch (IOException e)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: the file system of {path} cannot be read ({e.Message}): name a directory on a local disk",
                e
            );
        }
    }
}
