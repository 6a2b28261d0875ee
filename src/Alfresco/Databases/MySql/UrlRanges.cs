namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Digests the required rows as they pass, and withholds the ranges of ids that are as they were. A dump has the rows in
/// the order of their ids, so one range is in memory at a time; what comes to a range later is handed on beside it.
/// </summary>
/// <param name="known">The digests of the set before; null: everything is handed on.</param>
internal sealed class UrlRanges(RowDigests? known)
{
    private const string Method = "rows sha256 1";

    private readonly Dictionary<long, RowDigest> _ranges = [];
    private readonly HashSet<long> _withheld = [];
    private readonly List<RequiredUrl> _rows = [];
    private readonly IReadOnlyDictionary<long, RowDigest> _known =
        known?.Method == Method ? known.Ranges : new Dictionary<long, RowDigest>();
    private RowDigest _sum;
    private long _range = -1;

    /// <summary>Required URLs since the last time the caller emptied it.</summary>
    public Queue<RequiredUrl> Pending { get; } = new();

    public RowDigests Digests => new(Method, _ranges);

    /// <summary>Ranges of which rows were not handed on, because they are those of the set before.</summary>
    public IReadOnlySet<long> Withheld => _withheld;

    public void Add(RequiredUrl url)
    {
        long range = RowDigests.RangeOf(url.Id);
        if (range != _range)
        {
            Complete();
            _range = range;
        }

        _sum += RowDigest.Of(url);
        if (!_known.ContainsKey(range) || _ranges.ContainsKey(range) || _rows.Count == 1 << RowDigests.RangeBits)
        {
            HandOn();
            Pending.Enqueue(url);
        }
        else
        {
            _rows.Add(url);
        }
    }

    /// <summary>Ends the open range. Called at the end of the dump, and may be called again.</summary>
    public void Complete()
    {
        if (_sum.Rows == 0)
        {
            return;
        }

        if (_rows.Count == _sum.Rows && _known.TryGetValue(_range, out RowDigest before) && before == _sum)
        {
            _withheld.Add(_range);
            _rows.Clear();
        }

        HandOn();
        _ranges[_range] = _ranges.GetValueOrDefault(_range) + _sum;
        _sum = default;
    }

    private void HandOn()
    {
        _rows.ForEach(Pending.Enqueue);
        _rows.Clear();
    }
}
