using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Repository.Cache;

/// <summary>
/// The directory of local files that can be lost at any time: for this user alone, and never reached over a link.
/// </summary>
internal static class CacheDirectory
{
    /// <param name="path">Its parent, the state directory, exists.</param>
    public static void Create(string path) => Open(path).CreateDirectory("");

    public static OwnTree Open(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return OwnTree.OpenPrivate(Path.GetDirectoryName(full)!).Beneath(Path.GetFileName(full));
    }
}
