using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Content;

/// <summary>
/// Whether anything is in a directory. A tree of directories without a file is as empty as a directory without a name:
/// the mount point of a volume that is not mounted, or a copy that made its directories and stopped.
/// </summary>
internal static class TreeContent
{
    /// <summary>What a file system makes by itself.</summary>
    private static readonly byte[] LostAndFound = "lost+found"u8.ToArray();

    /// <summary>After so many names without one that counts, nobody looks further: the capture will tell.</summary>
    private const int MaxNames = 20_000;

    /// <summary>Whether a file is in the tree, or what else may lead to one, such as a link.</summary>
    public static bool HasFile(SourceTree tree) => Has(tree, [], static (_, _) => true);

    /// <summary>Whether a file with bytes in it is beneath a directory of the tree.</summary>
    public static bool HasBytes(SourceTree tree, byte[] directory) =>
        Has(tree, directory, static (tree, path) => tree.TryStat(path, followLinks: true) is not { Size: 0 });

    private static bool Has(SourceTree tree, byte[] start, Func<SourceTree, byte[], bool> counts)
    {
        var pending = new Stack<byte[]>([start]);
        int seen = 0;
        while (pending.TryPop(out byte[]? directory))
        {
            foreach (SourceEntry entry in Names(tree, directory))
            {
                byte[] path = directory.Length == 0 ? entry.Name : [.. directory, (byte)'/', .. entry.Name];
                if (++seen > MaxNames)
                {
                    return true;
                }

                if (entry.Type == EntryType.Directory)
                {
                    if (!entry.Name.AsSpan().SequenceEqual(LostAndFound))
                    {
                        pending.Push(path);
                    }
                }
                else if (counts(tree, path))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static IReadOnlyList<SourceEntry> Names(SourceTree tree, byte[] directory)
    {
        try
        {
            return tree.TryReadDirectory(directory, followLinks: true) ?? [];
        }
        catch (SourceUnreadableException)
        {
            // What cannot be read may hold anything; the capture says that it cannot be read.
            return [new SourceEntry("?"u8.ToArray(), EntryType.Other)];
        }
    }
}
