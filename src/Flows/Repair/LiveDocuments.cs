using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Repair;

namespace AlfrescoBackupFlows.Flows.Repair;

/// <summary>
/// The files of the installation by the paths that a set has of them; one that the cleaner has moved is found where it
/// is. What cannot be read is not there: its hash would be compared anyway. For one thread at a time.
/// </summary>
internal sealed class LiveDocuments(Installation installation) : IDocumentSupply, IDisposable
{
    private readonly SourceRoots _roots = new();
    private readonly Dictionary<string, SourceTree?> _trees = new(StringComparer.Ordinal);

    public int Read(string root, byte[] path, long offset, Span<byte> destination)
    {
        int read = ReadAt(root, path, offset, destination);
        return read == 0 && root == ContentRoot.Contentstore
            ? ReadAt(ContentRoot.Deleted, path, offset, destination)
            : read;
    }

    public void Dispose()
    {
        foreach (SourceTree? tree in _trees.Values)
        {
            tree?.Dispose();
        }
    }

    private int ReadAt(string root, byte[] path, long offset, Span<byte> destination)
    {
        if (Open(root) is not { } tree)
        {
            return 0;
        }

        try
        {
            using SourceFile? file = tree.TryOpen(path, followLinks: true);
            return file?.Read(destination, offset) ?? 0;
        }
        catch (SourceUnreadableException)
        {
            return 0;
        }
    }

    /// <summary>Null where the installation has no such root, or it is not there.</summary>
    private SourceTree? Open(string name)
    {
        if (_trees.TryGetValue(name, out SourceTree? tree))
        {
            return tree;
        }

        ContentRoot? root = ContentRoots.Of(installation).FirstOrDefault(root => root.Name == name);
        try
        {
            tree = root is null ? null : _roots.Open(root);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Source)
        {
            tree = null;
        }

        _trees.Add(name, tree);
        return tree;
    }
}
