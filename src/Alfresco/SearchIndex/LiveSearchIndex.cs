using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex;

/// <summary>Tells a live index from a backup of one, by what only the program that writes it leaves there.</summary>
internal static class LiveSearchIndex
{
    private const int Depth = 2;

    private static readonly byte[][] Marks =
    [
        "write.lock"u8.ToArray(),
        "core.properties"u8.ToArray(),
        "solrcore.properties"u8.ToArray(),
        "solr.xml"u8.ToArray(),
    ];

    /// <summary>
    /// Throws a <see cref="PermanentException"/> of kind Source where one of the marks lies in the directory or up to
    /// two levels beneath.
    /// </summary>
    public static void Refuse(SourceTree tree, byte[] directory, string place)
    {
        if (FindMark(tree, directory, Depth) is { } mark)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"installation.index.path '{place}' is a live index ('{TreePath.Display(mark)}' lies in it), and "
                    + "copying that corrupts it: name the directory into which Alfresco's index-backup job copies"
            );
        }
    }

    private static byte[]? FindMark(SourceTree tree, byte[] directory, int depth)
    {
        foreach (var entry in tree.TryReadDirectory(directory, followLinks: true) ?? [])
        {
            byte[] path = [.. directory, (byte)'/', .. entry.Name];
            if (entry.Type == EntryType.File && Array.Exists(Marks, mark => entry.Name.AsSpan().SequenceEqual(mark)))
            {
                return path;
            }

            if (entry.Type == EntryType.Directory && depth > 0 && FindMark(tree, path, depth - 1) is { } beneath)
            {
                return beneath;
            }
        }

        return null;
    }
}
