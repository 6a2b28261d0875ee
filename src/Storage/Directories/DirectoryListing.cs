using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>
/// The blobs below a directory in the order of their names' bytes. A directory of any size takes the memory of one
/// page: it is read once per page, each time for the smallest names after the last one given. A link or a pipe with the
/// name of a blob is a fault, not a blob.
/// </summary>
internal sealed class DirectoryListing(OwnTree tree, int pageSize)
{
    /// <summary>Files whose state is asked for together; at first, since some listings are left after one name.</summary>
    public const int FirstLooks = 8;
    public const int MaxLooks = 256;

    private readonly record struct Entry(byte[] Bytes, string FileName, bool IsDirectory);

    /// <summary>Every blob whose name starts with the prefix: the whole name, and the state of its file.</summary>
    public IEnumerable<(string Name, FileStat File)> Enumerate(string prefix)
    {
        // Whole parts of the prefix name a directory; only the last part needs a search.
        int slash = prefix.LastIndexOf('/');
        string directory = slash < 0 ? "" : FileNameEscape.ToPath(prefix[..slash]);
        return Walk(
            directory,
            Encoding.UTF8.GetBytes(prefix[..(slash + 1)]),
            Encoding.UTF8.GetBytes(prefix[(slash + 1)..])
        );
    }

    private IEnumerable<(string Name, FileStat File)> Walk(string directory, byte[] name, byte[] wanted)
    {
        byte[]? after = null;
        while (true)
        {
            ImmutableArray<Entry> page = ReadPage(directory, wanted, after);
            foreach ((Entry entry, FileStat? file) in Look(directory, page))
            {
                byte[] whole = [.. name, .. entry.Bytes];
                if (!entry.IsDirectory)
                {
                    if (file is { Type: EntryType.File } found)
                    {
                        yield return (Encoding.UTF8.GetString(whole), found);
                    }

                    continue;
                }

                byte[] rest = wanted.Length > entry.Bytes.Length ? wanted[entry.Bytes.Length..] : [];
                foreach ((string Name, FileStat File) blob in Walk(PathIn(directory, entry.FileName), whole, rest))
                {
                    yield return blob;
                }
            }

            if (page.Length < pageSize)
            {
                yield break;
            }

            after = page[^1].Bytes;
        }
    }

    /// <summary>The entries with the states of those that are files.</summary>
    private IEnumerable<(Entry Entry, FileStat? File)> Look(string directory, ImmutableArray<Entry> page)
    {
        int most = FirstLooks;
        for (int first = 0; first < page.Length; most = Math.Min(most * 2, MaxLooks))
        {
            ImmutableArray<Entry> together = page.Slice(first, Math.Min(most, page.Length - first));
            Entry[] files = [.. together.Where(static entry => !entry.IsDirectory)];
            FileStat?[] states =
                files.Length == 0 ? [] : tree.TryStatAll(directory, [.. files.Select(static entry => entry.FileName)]);
            int next = 0;
            foreach (Entry entry in together)
            {
                yield return (entry, entry.IsDirectory ? null : states[next++]);
            }

            first += together.Length;
        }
    }

    private ImmutableArray<Entry> ReadPage(string directory, byte[] wanted, byte[]? after)
    {
        // The queue's head is the largest name of the page, so that a smaller one takes its place.
        PriorityQueue<Entry, byte[]> page = new(
            Comparer<byte[]>.Create(static (l, r) => r.AsSpan().SequenceCompareTo(l))
        );
        tree.TryVisit(
            directory,
            (fileName, type) =>
            {
                if (ToEntry(fileName, type) is not { } entry || !Matches(entry, wanted))
                {
                    return;
                }

                if (type is not (EntryType.File or EntryType.Directory))
                {
                    // Says what stands there, unless it has gone since.
                    _ = tree.TryStat(PathIn(directory, entry.FileName));
                    return;
                }

                if (after is not null && entry.Bytes.AsSpan().SequenceCompareTo(after) <= 0)
                {
                    return;
                }

                if (page.Count < pageSize)
                {
                    page.Enqueue(entry, entry.Bytes);
                }
                else
                {
                    page.EnqueueDequeue(entry, entry.Bytes);
                }
            }
        );

        Entry[] sorted = new Entry[page.Count];
        for (int i = sorted.Length - 1; i >= 0; i--)
        {
            sorted[i] = page.Dequeue();
        }

        return [.. sorted];
    }

    private static bool Matches(Entry entry, byte[] wanted)
    {
        int common = Math.Min(entry.Bytes.Length, wanted.Length);
        bool agrees = entry.Bytes.AsSpan(0, common).SequenceEqual(wanted.AsSpan(0, common));
        return agrees && (entry.IsDirectory || entry.Bytes.Length >= wanted.Length);
    }

    private static string PathIn(string directory, string fileName) =>
        directory.Length == 0 ? fileName : $"{directory}/{fileName}";

    private static Entry? ToEntry(ReadOnlySpan<byte> fileName, EntryType type)
    {
        // Latin-1 keeps every byte, and a name of ours has none beyond ASCII.
        string name = Encoding.Latin1.GetString(fileName);
        bool isDirectory = type == EntryType.Directory;
        return FileNameEscape.TryDecode(name, isDirectory, out byte[]? bytes)
            ? new Entry(bytes, name, isDirectory)
            : null;
    }
}
