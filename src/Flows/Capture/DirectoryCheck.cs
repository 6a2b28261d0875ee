using System.Text.Unicode;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Holds the directories of a source against those of the parent's listing, without a look at a file: notes every stretch
/// of paths where something may be another one. A directory that is not trusted is read for names that the listing does not
/// have, as every night; one that is trusted and has its times is not.
/// </summary>
/// <param name="changes">Takes the stretches.</param>
internal sealed class DirectoryCheck(CaptureSource source, PathRange range, PathIntervals changes)
{
    /// <summary>The directories that the walk is in, with the names of each that were not met yet.</summary>
    private readonly Stack<(byte[] Path, Queue<SourceEntry> Names)> _open = new();

    /// <summary>The trusted directory that the last entry is, where it is as it was; else null.</summary>
    public byte[]? Trusted { get; private set; }

    /// <summary>
    /// Goes to the start of the range, into the directories that it begins within. What they hold before it is not this
    /// range's.
    /// </summary>
    /// <param name="last">The last directory of the listing before the range; null: there is none.</param>
    public void Begin(ListingEntry? last)
    {
        if (range.From is not { } from)
        {
            return;
        }

        bool isWithin =
            last is not null && last.Flags.HasFlag(EntryFlags.Trusted) && PathOrder.IsBelow(from, last.Path);
        for (int end = 0; end >= 0; end = NextSlash(from, end))
        {
            if (!isWithin || !from.AsSpan(0, end).SequenceEqual(last!.Path))
            {
                TryEnter(from[..end]);
            }
        }

        if (isWithin && TryStat(last!.Path) is { Type: EntryType.Directory } seen && IsSame(last, seen))
        {
            Trusted = last.Path;
        }
        else if (isWithin)
        {
            changes.Add(from, After(last!.Path));
        }
    }

    /// <summary>The next directory of the listing, in path order.</summary>
    public void Meet(ListingEntry recorded)
    {
        PassUpTo(recorded.Path);
        Trusted = null;
        bool wasTrusted = recorded.Flags.HasFlag(EntryFlags.Trusted);
        if (Find(recorded.Path) is not { Type: EntryType.Directory } seen || (wasTrusted && !IsSame(recorded, seen)))
        {
            // It is gone, or another one: so may be all that is below it.
            changes.Add(recorded.Path, After(recorded.Path));
            return;
        }

        if (wasTrusted)
        {
            Trusted = recorded.Path;
            return;
        }

        if (!IsSame(recorded, seen))
        {
            changes.Add(recorded.Path, recorded.Path);
        }

        if (!TryEnter(recorded.Path))
        {
            changes.Add(recorded.Path, After(recorded.Path));
        }
    }

    /// <summary>The listing has no further directory in the range.</summary>
    public void End()
    {
        while (_open.TryPop(out (byte[] Path, Queue<SourceEntry> Names) directory))
        {
            Report(directory, static _ => true);
        }
    }

    /// <summary>Whether the entry would be written again as it is, and its times may be leaned on.</summary>
    private bool IsSame(ListingEntry recorded, in FileStat seen) =>
        Utf8.IsValid(recorded.Path)
        && source.Tree.KeepsTimesOf(seen)
        && source.Directory(new ScanEntry(recorded.Path, seen), recorded.Flags) is { } now
        && (now.Mode, now.MtimeNs, now.CtimeNs) == (recorded.Mode, recorded.MtimeNs, recorded.CtimeNs)
        && now.CtimeNs != 0
        && now.Owner == recorded.Owner;

    private FileStat? Find(byte[] path)
    {
        // A name that is there as a directory; one that is not there need not be statted.
        if (_open.TryPeek(out (byte[] Path, Queue<SourceEntry> Names) parent))
        {
            if (
                !parent.Names.TryPeek(out SourceEntry name)
                || !Child(parent.Path, name.Name).AsSpan().SequenceEqual(path)
            )
            {
                return null;
            }

            parent.Names.Dequeue();
        }

        return TryStat(path);
    }

    private FileStat? TryStat(byte[] path)
    {
        try
        {
            return source.Tree.TryStat(path);
        }
        catch (SourceUnreadableException)
        {
            // The capture of its stretch says so.
            return null;
        }
    }

    private bool TryEnter(byte[] path)
    {
        try
        {
            if (source.Tree.TryReadDirectory(path) is { } names)
            {
                _open.Push((path, new Queue<SourceEntry>(names.Where(name => IsInRange(path, name)))));
                return true;
            }
        }
        catch (SourceUnreadableException)
        {
            // The capture of its stretch says so.
        }

        return false;
    }

    private bool IsInRange(byte[] parent, SourceEntry name)
    {
        byte[] path = Child(parent, name.Name);
        return !range.EndsBefore(path) && (!range.StartsAfter(path) || PathOrder.IsBelow(range.From, path));
    }

    /// <summary>Leaves the directories that the path is not in, and passes names before it.</summary>
    private void PassUpTo(byte[] path)
    {
        while (_open.TryPeek(out (byte[] Path, Queue<SourceEntry> Names) directory))
        {
            if (PathOrder.IsBelow(path, directory.Path))
            {
                Report(directory, name => PathOrder.Compare(name, path) < 0);
                return;
            }

            Report(directory, static _ => true);
            _open.Pop();
        }
    }

    /// <summary>Names that the listing has no directory of: new directories, and files, which are looked at.</summary>
    private void Report((byte[] Path, Queue<SourceEntry> Names) directory, Func<byte[], bool> isPassed)
    {
        byte[]? first = null;
        byte[]? last = null;
        while (
            directory.Names.TryPeek(out SourceEntry name)
            && Child(directory.Path, name.Name) is { } path
            && isPassed(path)
        )
        {
            directory.Names.Dequeue();
            if (!PathOrder.IsBelow(range.From, path))
            {
                (first, last) = (first ?? path, path);
            }
        }

        if (first is not null)
        {
            changes.Add(first, After(last!));
        }
    }

    /// <summary>The end of all that is below a path.</summary>
    private static byte[] After(byte[] path) => PathRange.Of(path).To ?? PathIntervals.End;

    private static byte[] Child(byte[] path, byte[] name) => path.Length == 0 ? name : [.. path, (byte)'/', .. name];

    /// <summary>
    /// The slash after the one at <paramref name="at"/>; -1: there is none. One at the very start ends the name of the root.
    /// </summary>
    private static int NextSlash(byte[] path, int at)
    {
        int from = Math.Min(at + 1, path.Length);
        int slash = path.AsSpan(from).IndexOf((byte)'/');
        return slash < 0 ? -1 : from + slash;
    }
}
