using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// Places of a list of required files, one for about each mebibyte that somebody has read: some 200 bytes for 20,000 files. Thread-safe.
/// </summary>
internal sealed class RequiredMarks
{
    private const long Distance = 1 << 20;

    private readonly Lock _gate = new();
    private readonly List<RequiredMark> _marks = [];

    /// <summary>Whether a record that begins at <paramref name="offset"/> is worth a mark.</summary>
    public bool Wants(long offset)
    {
        lock (_gate)
        {
            return offset >= (_marks.Count == 0 ? 0 : _marks[^1].Offset) + Distance;
        }
    }

    public void Add(RequiredMark mark)
    {
        lock (_gate)
        {
            if (Wants(mark.Offset))
            {
                _marks.Add(mark);
            }
        }
    }

    /// <summary>The last mark with nothing of the range before it; null: only the start of the list will do.</summary>
    public RequiredMark? FindLast(PathRange range)
    {
        lock (_gate)
        {
            int low = 0;
            for (int high = _marks.Count; low < high;)
            {
                int middle = (low + high) / 2;
                (low, high) = range.StartsAfter(_marks[middle].Path) ? (middle + 1, high) : (low, middle);
            }

            return low == 0 ? null : _marks[low - 1];
        }
    }
}
