using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Documents;

/// <summary>
/// Documents of some sets that match a pattern. A segment that many of these sets have is read once. Memory is bounded, but
/// for some bytes for each segment and set.
/// </summary>
public sealed class DocumentSearch(CatalogueSegments segments, NamePattern pattern, CancellationToken cancellationToken)
{
    private readonly List<(RunId Set, CatalogueReader Catalogue)> _sets = [];

    /// <summary>Which sets have a segment, by their place in the list.</summary>
    private readonly Dictionary<CatalogueSegmentRow, List<int>> _rows = [];

    /// <summary>Segments of the catalogues and those of them to look into, in each set: what memory grows with.</summary>
    public long Segments { get; private set; }

    /// <summary>Adds a set; those that are to be told first come first.</summary>
    public async Task AddAsync(RunId set, CatalogueReader catalogue)
    {
        IReadOnlySet<CatalogueSegmentRow>? narrowed = await pattern.NarrowAsync(catalogue, cancellationToken);
        foreach (CatalogueSegmentRow row in narrowed ?? catalogue.Rows.AsEnumerable())
        {
            if (!_rows.TryGetValue(row, out List<int>? sets))
            {
                _rows[row] = sets = [];
            }

            sets.Add(_sets.Count);
        }

        _sets.Add((set, catalogue));
        Segments += catalogue.Rows.Count + (narrowed?.Count ?? catalogue.Rows.Count);
    }

    /// <summary>Each document with all its sets, one after the other.</summary>
    public async IAsyncEnumerable<FoundDocument> ReadAsync([EnumeratorCancellation] CancellationToken stop = default)
    {
        IEnumerable<CatalogueSegmentRow[]> numbers = _rows
            .Keys.GroupBy(static row => row.Number)
            .OrderBy(static group => group.Key)
            .Select(static group => group.ToArray());
        foreach (CatalogueSegmentRow[][] batch in Batches(numbers))
        {
            IReadOnlySet<CatalogueSegmentRow> without = await segments.ReadAheadAsync(
                [.. batch.SelectMany(static rows => rows).Take(CatalogueSegments.Batch)],
                pattern.Part,
                stop
            );
            foreach (CatalogueSegmentRow[] rows in batch)
            {
                foreach ((int set, CatalogueNode node) in await MatchesAsync(rows.Where(row => !without.Contains(row))))
                {
                    // What is in memory is read without a look at it, and a segment may be that of many sets.
                    cancellationToken.ThrowIfCancellationRequested();
                    (RunId id, CatalogueReader catalogue) = _sets[set];
                    string? path = await catalogue.PathOfAsync(node, cancellationToken);
                    if (!pattern.NeedsPath || pattern.MatchesPath(path))
                    {
                        yield return FoundDocument.Of(id, node, path);
                    }
                }
            }
        }
    }

    /// <summary>The states of the segments of one range of ids: by node, then in the order of the sets.</summary>
    private async Task<List<(int Set, CatalogueNode Node)>> MatchesAsync(IEnumerable<CatalogueSegmentRow> rows)
    {
        List<(int Set, CatalogueNode Node)> found = [];
        foreach (CatalogueSegmentRow row in rows)
        {
            foreach (CatalogueNode node in await segments.ReadAsync(row, cancellationToken))
            {
                // A long pattern takes its time with a long name, and a segment has many.
                cancellationToken.ThrowIfCancellationRequested();
                if (node.IsDocument && pattern.Matches(node))
                {
                    found.AddRange(_rows[row].Select(set => (set, node)));
                }
            }
        }

        found.Sort(
            static (left, right) =>
                left.Node.Id != right.Node.Id ? left.Node.Id.CompareTo(right.Node.Id) : left.Set.CompareTo(right.Set)
        );
        return found;
    }

    private static IEnumerable<CatalogueSegmentRow[][]> Batches(IEnumerable<CatalogueSegmentRow[]> numbers)
    {
        List<CatalogueSegmentRow[]> batch = [];
        int rows = 0;
        foreach (CatalogueSegmentRow[] number in numbers)
        {
            if (batch.Count > 0 && rows + number.Length > CatalogueSegments.Batch)
            {
                yield return [.. batch];
                batch.Clear();
                rows = 0;
            }

            batch.Add(number);
            rows += number.Length;
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }
}
