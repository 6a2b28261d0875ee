using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>A directory that a scan is in: its names, sorted, and how far the scan has come.</summary>
internal sealed class ScanDirectory(byte[] path, IReadOnlyList<SourceEntry> names)
{
    private List<ScanEntry>? _loaded;
    private int _next;

    /// <summary>
    /// The next file or directory that still exists and may have something in the range; null at the end.
    /// </summary>
    public ScanEntry? Next(SourceTree tree, PathRange range, CaptureNotes notes, bool followsLinks)
    {
        if (_loaded is not null)
        {
            return _next < _loaded.Count ? _loaded[_next++] : null;
        }

        while (_next < names.Count)
        {
            SourceEntry name = names[_next++];
            byte[] child = Child(name.Name);
            if (IsBefore(range, child))
            {
                continue;
            }

            if (Look(tree, child, notes, followsLinks) is { } entry)
            {
                return entry;
            }
        }

        return null;
    }

    public IReadOnlyList<ScanEntry>? TryLoadLeaf(SourceTree tree, int limit, CaptureNotes notes, bool followsLinks)
    {
        if (names.Count > limit || names.Any(name => name.Type != EntryType.File))
        {
            return null;
        }

        var entries = new List<ScanEntry>(names.Count);
        foreach (SourceEntry name in names)
        {
            if (Look(tree, Child(name.Name), notes, followsLinks) is { } entry)
            {
                entries.Add(entry);
            }
        }

        _loaded = entries;
        return entries.TrueForAll(entry => entry.Stat.Type == EntryType.File) ? entries : null;
    }

    /// <summary>Whether the child and everything below it come before the range: then it is not even statted.</summary>
    private static bool IsBefore(PathRange range, byte[] child) =>
        range.StartsAfter(child) && !PathOrder.IsBelow(range.From, child);

    private static ScanEntry? Look(SourceTree tree, byte[] child, CaptureNotes notes, bool followsLinks)
    {
        try
        {
            if (tree.TryStat(child) is not { } stat)
            {
                return null;
            }

            if (
                followsLinks
                && stat.Type == EntryType.Symlink
                && tree.TryStat(child, followLinks: true) is { Type: EntryType.File } file
            )
            {
                stat = file;
            }

            if (stat.Type is EntryType.Symlink or EntryType.Other)
            {
                notes.Skipped(child, stat.Type);
                return null;
            }

            notes.Name(child);
            return new ScanEntry(child, stat);
        }
        catch (SourceUnreadableException)
        {
            notes.Unreadable(child);
            return null;
        }
    }

    private byte[] Child(byte[] name) => path.Length == 0 ? name : [.. path, (byte)'/', .. name];
}
