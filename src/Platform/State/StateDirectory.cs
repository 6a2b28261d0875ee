namespace AlfrescoBackupFlows.Platform.State;

/// <summary>The local directory that holds the journal, its lock and caches (setting <c>state</c>).</summary>
public static class StateDirectory
{
    /// <summary>Creates the directory where it is missing, readable by its owner only, and refuses a file system that other hosts can reach.</summary>
    /// <returns>The full path.</returns>
    /// <exception cref="PermanentException">Configuration: it cannot be created, or its file system is a network's.</exception>
    public static string Prepare(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(full);
            }
            else
            {
                Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(ErrorKind.Configuration, $"state: the directory {full} cannot be created ({e.Message}): name one that this user may write to", e);
        }

        RefuseSharedFileSystem(full, Identify(full));
        return full;
    }

    /// <summary>
    /// A journal with a shared-memory log and a lock by the kernel are only safe on a file system of this host. FUSE is refused with the
    /// networks: from outside, sshfs and blobfuse cannot be told from a local one.
    /// </summary>
    internal static void RefuseSharedFileSystem(string path, (DriveType Type, string Format) fileSystem)
    {
        if (fileSystem.Type == DriveType.Network || fileSystem.Format is "fuse" or "v9fs" or "9p" or "virtiofs")
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: {path} is on a network or shared file system ({fileSystem.Format}), where a killed run could not be told from a living one: name a directory on a local disk");
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
        catch (IOException e)
        {
            throw new PermanentException(ErrorKind.Configuration, $"state: the file system of {path} cannot be read ({e.Message}): name a directory on a local disk", e);
        }
    }
}
