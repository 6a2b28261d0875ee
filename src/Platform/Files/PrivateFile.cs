namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>Files that only their owner may read: logs and error reports.</summary>
public static class PrivateFile
{
    /// <summary>Opens for writing. A file that is created gets mode 0600; elsewhere than on Unix the directory's rights count.</summary>
    /// <param name="mode"><see cref="FileMode.Append"/>, <see cref="FileMode.Create"/> or <see cref="FileMode.CreateNew"/>.</param>
    public static FileStream OpenWrite(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
