using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Stretches of paths, both ends included, that are put together where they meet.</summary>
internal sealed class PathIntervals
{
    /// <summary>Comes after every path: no name has so many bytes.</summary>
    public static readonly byte[] End = [.. Enumerable.Repeat(byte.MaxValue, 256)];

    private readonly List<(byte[] First, byte[] Last)> _intervals = [];
    private bool _sorted = true;

    public bool IsEmpty => _intervals.Count == 0;

    public void Add(byte[] first, byte[] last)
    {
        _intervals.Add((first, last));
        _sorted = false;
    }

    public bool Contains(byte[] path) => Overlaps(path, path);

    /// <summary>Whether a path from the first to the last, both included, is in one of them.</summary>
    public bool Overlaps(byte[] first, byte[] last)
    {
        Sort();
        int low = 0;
        for (int high = _intervals.Count; low < high; )
        {
            int middle = (low + high) / 2;
            bool before = PathOrder.Compare(_intervals[middle].Last, first) < 0;
            (low, high) = before ? (middle + 1, high) : (low, middle);
        }

        return low < _intervals.Count && PathOrder.Compare(_intervals[low].First, last) <= 0;
    }

    private void Sort()
    {
        if (_sorted)
        {
            return;
        }

        _intervals.Sort(static (left, right) => PathOrder.Compare(left.First, right.First));
        int kept = 0;
        for (int i = 1; i < _intervals.Count; i++)
        {
            (byte[] first, byte[] last) = _intervals[kept];
            if (PathOrder.Compare(_intervals[i].First, last) <= 0)
            {
                byte[] end = PathOrder.Compare(_intervals[i].Last, last) > 0 ? _intervals[i].Last : last;
                _intervals[kept] = (first, end);
            }
            else
            {
                _intervals[++kept] = _intervals[i];
            }
        }

        _intervals.RemoveRange(kept + 1, _intervals.Count - kept - 1);
        _sorted = true;
    }
}
