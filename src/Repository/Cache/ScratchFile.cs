namespace AlfrescoBackupFlows.Repository;

/// <summary>Local files that need no name: nothing is left behind by a kill, and only this user can read them while they are open.</summary>
internal static class ScratchFile
{
    private const int BufferBytes = 64 << 10;

    /// <param name="directory">It exists.</param>
    public static FileStream Create(string directory)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = BufferBytes,
        };
        if (OperatingSystem.IsWindows())
        {
            options.Options = FileOptions.DeleteOnClose;
        }
        else
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        string path = Path.Combine(directory, $"scratch-{Guid.NewGuid():N}.tmp");
        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }
}
