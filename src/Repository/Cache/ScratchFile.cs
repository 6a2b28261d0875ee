using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Repository.Cache;

/// <summary>
/// Local files that need no name: nothing is left behind by a kill, and only this user can read them while they are
/// open.
/// </summary>
internal static class ScratchFile
{
    /// <summary>Of every file in the making: a kill can leave one behind that still has a name.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <param name="directory">It exists, and is this user's.</param>
    public static FileStream Create(string directory)
    {
        string path = Path.Combine(directory, $"scratch-{Guid.NewGuid():N}{TemporarySuffix}");
        return PrivateFile.CreateNameless(path);
    }
}
