using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// Gives the directories of a root their owner, mode and time. What a directory holds comes before the directory
/// itself, whose mode may bar the way. One that the listing has only files of (they were found behind a symbolic link)
/// is set like the nearest above it that the listing has; where that is lost, like the first directory that is not.
/// </summary>
/// <param name="isToBeSet">Asked before one is set; others stay as they are.</param>
internal sealed class DirectoryRestore(AttributeRestore attributes, Func<byte[], bool> isToBeSet)
{
    private readonly Stack<(byte[] Path, ListingEntry? Model)> _open = new([([], null)]);
    private ListingEntry? _first;

    /// <summary>Takes files and directories, in the order of the listing.</summary>
    public void Add(ListingEntry entry)
    {
        while (_open.TryPeek(out var last) && !PathOrder.IsBelow(entry.Path, last.Path))
        {
            Close();
        }

        OpenUnlisted(entry.Path);
        if (entry.IsDirectory)
        {
            _first ??= entry;
            _open.Push((entry.Path, entry));
        }
    }

    /// <summary>Called once, after the last entry.</summary>
    public void Complete()
    {
        while (_open.Count > 0)
        {
            Close();
        }
    }

    private void OpenUnlisted(byte[] path)
    {
        (byte[] Path, ListingEntry? Model) above = _open.TryPeek(out var last) ? last : ([], null);
        int from = above.Path.Length == 0 ? 0 : above.Path.Length + 1;
        for (int slash; (slash = path.AsSpan(from).IndexOf((byte)'/')) >= 0; from += slash + 1)
        {
            _open.Push((path[..(from + slash)], above.Model));
        }
    }

    private void Close()
    {
        (byte[] path, ListingEntry? model) = _open.Pop();
        model ??= _first;
        if (model is not null && !isToBeSet(path))
        {
            return;
        }

        if (model is not null && path.AsSpan().SequenceEqual(model.Path))
        {
            attributes.Apply(model);
        }
        else if (model is not null)
        {
            attributes.ApplyAs(path, model);
        }
    }
}
