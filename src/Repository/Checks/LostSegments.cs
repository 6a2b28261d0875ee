using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Repository.Checks;

/// <summary>
/// The parts of a root's listing that are lost. With them goes all that the set knows of their files, but for the names
/// of those which the database requires: the root's list of required files has these too.
/// </summary>
public sealed class LostSegments
{
    private readonly List<(SegmentRow Row, string Why)> _segments = [];

    public bool IsEmpty => _segments.Count == 0;

    public int Count => _segments.Count;

    /// <summary>Why the first one cannot be read.</summary>
    public string? Why => IsEmpty ? null : _segments[0].Why;

    public long Files => _segments.Sum(static segment => (long)segment.Row.Files);

    public long Entries => _segments.Sum(static segment => (long)segment.Row.Entries);

    public long Bytes => _segments.Sum(static segment => segment.Row.Bytes);

    /// <summary>In the order of the listing.</summary>
    public void Add(SegmentRow row, string why) => _segments.Add((row, why));

    /// <summary>Whether the entry of a path, if there was one, is lost.</summary>
    public bool Covers(byte[] path)
    {
        int low = 0;
        int high = _segments.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            bool before = PathOrder.Compare(_segments[middle].Row.Last, path) < 0;
            (low, high) = before ? (middle + 1, high) : (low, middle);
        }

        return low < _segments.Count && PathOrder.Compare(_segments[low].Row.First, path) <= 0;
    }

    /// <summary>
    /// The required files among the lost entries, each path once; none where that list cannot be read either.
    /// </summary>
    public async Task<IReadOnlyList<byte[]>> NameAsync(
        IChunkSource chunks,
        ContentRef? required,
        CancellationToken cancellationToken
    )
    {
        List<byte[]> names = [];
        if (required is null || IsEmpty)
        {
            return names;
        }

        try
        {
            await foreach (RequiredFile file in new RequiredListReader(chunks, required).ReadAsync(cancellationToken))
            {
                if (Covers(file.Path) && !(names.Count > 0 && names[^1].AsSpan().SequenceEqual(file.Path)))
                {
                    names.Add(file.Path);
                }
            }
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // Whoever reads the list for its own sake says so.
        }

        return names;
    }
}
