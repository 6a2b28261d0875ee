using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Text;

namespace AlfrescoBackupFlows.Storage;

/// <summary>
/// The blobs below a directory in the order of their names' bytes. A directory of any size takes the memory of one page: it is read once per page,
/// each time for the smallest names after the last one given.
/// </summary>
internal sealed class DirectoryListing(string root, int pageSize)
{
    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, RecurseSubdirectories = false, ReturnSpecialDirectories = false };

    private readonly record struct Entry(byte[] Bytes, string FileName, bool IsDirectory);

    /// <summary>Every blob whose name starts with the prefix: the whole name, and the file's path.</summary>
    public IEnumerable<(string Name, string Path)> Enumerate(string prefix)
    {
        // Whole parts of the prefix name a directory; only the last part needs a search.
        int slash = prefix.LastIndexOf('/');
        string directory = slash < 0 ? root : Path.Combine(root, FileNameEscape.ToPath(prefix[..slash]));
        return Walk(directory, Encoding.UTF8.GetBytes(prefix[..(slash + 1)]), Encoding.UTF8.GetBytes(prefix[(slash + 1)..]));
    }

    private IEnumerable<(string Name, string Path)> Walk(string directory, byte[] name, byte[] wanted)
    {
        byte[]? after = null;
        while (true)
        {
            ImmutableArray<Entry> page = ReadPage(directory, wanted, after);
            foreach (Entry entry in page)
            {
                byte[] whole = [.. name, .. entry.Bytes];
                string path = Path.Combine(directory, entry.FileName);
                if (!entry.IsDirectory)
                {
                    yield return (Encoding.UTF8.GetString(whole), path);
                    continue;
                }

                byte[] rest = wanted.Length > entry.Bytes.Length ? wanted[entry.Bytes.Length..] : [];
                foreach ((string Name, string Path) blob in Walk(path, whole, rest))
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

    private ImmutableArray<Entry> ReadPage(string directory, byte[] wanted, byte[]? after)
    {
        // The queue's head is the largest name of the page, so that a smaller one takes its place.
        PriorityQueue<Entry, byte[]> page = new(Comparer<byte[]>.Create(static (l, r) => r.AsSpan().SequenceCompareTo(l)));
        try
        {
            foreach (Entry? candidate in new FileSystemEnumerable<Entry?>(directory, ToEntry, s_all))
            {
                if (candidate is not { } entry || !Matches(entry, wanted))
                {
                    continue;
                }

                if (after is not null && entry.Bytes.AsSpan().SequenceCompareTo(after) <= 0)
                {
                    continue;
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
        }
        catch (IOException) when (Directory.Exists(root) && !Directory.Exists(directory))
        {
            // Nothing was ever put there, or the prefix names a blob and goes on.
            return [];
        }

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

    private static Entry? ToEntry(ref FileSystemEntry entry) =>
        FileNameEscape.TryDecode(entry.FileName, entry.IsDirectory, out byte[]? bytes) ? new Entry(bytes, entry.FileName.ToString(), entry.IsDirectory) : null;
}
