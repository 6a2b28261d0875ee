using System.Collections.Concurrent;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// Opens the content roots of a run. Each must stay the directory that it was when this process first saw it: beneath
/// the mount point of a volume that was unmounted meanwhile, every file looks deleted. The numbers that tell are this
/// machine's own, so they stand in no journal.
/// </summary>
internal sealed class SourceRoots
{
    private readonly ConcurrentDictionary<string, DirectoryIdentity> _seen = new(StringComparer.Ordinal);

    /// <summary>The caller disposes it.</summary>
    public SourceTree Open(ContentRoot root)
    {
        SourceTree tree = SourceTree.Open(root.Path);
        FileStat stat = tree.TryStat(default) ?? default;
        var identity = new DirectoryIdentity(stat.Device, stat.Inode);
        if (_seen.GetOrAdd(root.Path, identity) == identity)
        {
            return tree;
        }

        tree.Dispose();
        throw new TransientException(
            ErrorKind.Source,
            $"{root.Setting} '{root.Path}' is no longer the directory that it was when the backup came to it: its "
                + "volume was unmounted, or something else was put in its place. Mount it again."
        );
    }
}
