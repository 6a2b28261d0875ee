namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>Removes what a process made for itself, whatever modes and names of files stand in it.</summary>
public static class ScratchDirectory
{
    private const int Own = 0x1C0; // 0700

    /// <summary>
    /// Deletes a directory with all beneath it. Links are deleted, never followed. One that is not there is deleted.
    /// </summary>
    /// <exception cref="Errors.AbfException">Something in it cannot be deleted.</exception>
    public static void Delete(string path)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        using (TargetTree tree = TargetTree.Open(path))
        {
            tree.TrySetMode([], Own);
            using SourceTree names = SourceTree.Open(path);
            DeleteBeneath(tree, names, []);
        }

        Directory.Delete(path);
    }

    private static void DeleteBeneath(TargetTree tree, SourceTree names, byte[] directory)
    {
        foreach (SourceEntry entry in names.TryReadDirectory(directory) ?? [])
        {
            byte[] path = directory.Length == 0 ? entry.Name : [.. directory, (byte)'/', .. entry.Name];
            if (entry.Type == EntryType.Directory)
            {
                tree.TrySetMode(path, Own);
                DeleteBeneath(tree, names, path);
            }

            tree.Delete(path);
        }
    }
}
