using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Walks a source tree in <see cref="PathOrder"/> within a range of paths, holding one directory per level in memory.
/// What vanishes meanwhile is left out without a word: rolled-back uploads do that. Links, sockets and the like are
/// reported and left out.
/// </summary>
/// <param name="followsLinks">A link to a file counts as that file.</param>
internal sealed class TreeScan(SourceTree tree, PathRange range, CaptureNotes notes, bool followsLinks)
{
    private readonly Stack<ScanDirectory> _open = new();
    private bool _begun;
    private bool _descends;

    /// <summary>The current entry; null before the first and after the last.</summary>
    public ScanEntry? Current { get; private set; }

    /// <summary>
    /// Steps to the next entry: into the current directory first, unless <see cref="SkipChildren"/> was called.
    /// </summary>
    public bool MoveNext()
    {
        Current = Next();
        if (Current is not null && range.EndsBefore(Current.Path))
        {
            Current = null;
            _open.Clear();
        }

        _descends = Current is { Stat.Type: EntryType.Directory };
        return Current is not null;
    }

    /// <summary>Leaves out everything below the current directory.</summary>
    public void SkipChildren() => _descends = false;

    /// <summary>
    /// Reads the current directory ahead and stats every name in it. Null where it is not a leaf (something other than
    /// a file is in it), has more than <paramref name="limit"/> names, or could not be read.
    /// </summary>
    public IReadOnlyList<ScanEntry>? TryLoadLeaf(int limit)
    {
        ScanDirectory? directory = Descend();
        return directory?.TryLoadLeaf(tree, limit, notes, followsLinks);
    }

    private ScanEntry? Next()
    {
        if (!_begun)
        {
            _begun = true;
            return Begin();
        }

        if (_descends)
        {
            Descend();
        }

        while (_open.TryPeek(out ScanDirectory? directory))
        {
            if (directory.Next(tree, range, notes, followsLinks) is not { } entry)
            {
                _open.Pop();
            }
            else if (!range.StartsAfter(entry.Path))
            {
                return entry;
            }
            else if (entry.Stat.Type == EntryType.Directory)
            {
                Open(entry.Path);
            }
        }

        return null;
    }

    private ScanEntry? Begin()
    {
        byte[] root = [];
        if (!range.StartsAfter(root) && tree.TryStat(root) is { } stat)
        {
            return new ScanEntry(root, stat);
        }

        Open(root);
        return Next();
    }

    private ScanDirectory? Descend()
    {
        _descends = false;
        return Open(Current!.Path);
    }

    private ScanDirectory? Open(byte[] path)
    {
        try
        {
            if (tree.TryReadDirectory(path) is not { } names)
            {
                return null;
            }

            var directory = new ScanDirectory(path, names);
            _open.Push(directory);
            return directory;
        }
        catch (SourceUnreadableException)
        {
            notes.Unreadable(path);
            return null;
        }
    }
}

/// <param name="Path">Relative to the root.</param>
internal sealed record ScanEntry(byte[] Path, FileStat Stat);
