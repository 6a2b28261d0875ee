using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>Where a root is cut into ranges. Few and short, because they stand in history.</summary>
internal static class RangeCuts
{
    private const int MaxCuts = 47;
    private const int MaxPathBytes = 120;
    private const long EntriesPerRange = 100_000;

    /// <summary>Years, months and days.</summary>
    private const int DirectoryLevels = 3;

    /// <summary>Hours and minutes, of a young store.</summary>
    private const int LowerLevels = 2;
    private const int EnoughDirectories = 64;
    private const int RangesPerWorker = 2;
    private const int DirectoriesPerRange = 4;

    /// <summary>Between segments, so that an unchanged stretch gives the segments it gave last time.</summary>
    /// <param name="isCutByPlan">
    /// Whether a segment ended where a range did, and would not end there otherwise. Where these are few, this plan cuts
    /// there as well; null: none is.
    /// </param>
    public static async Task<ImmutableArray<byte[]>> OfListingAsync(
        ListingReader listing,
        int parallelism,
        CancellationToken cancellationToken,
        Predicate<SegmentRow>? isCutByPlan = null
    )
    {
        var ends = new List<(byte[] Last, long Entries, bool IsCutByPlan)>();
        long entries = 0;
        await foreach (SegmentRow row in listing.ReadRowsAsync(PathRange.All, cancellationToken))
        {
            entries += row.Entries;
            ends.Add((row.Last, entries, isCutByPlan?.Invoke(row) ?? false));
        }

        long ranges = Math.Clamp(entries / EntriesPerRange, Math.Min(parallelism, ends.Count), MaxCuts + 1);
        bool keeps = ends.SkipLast(1).Count(end => end.IsCutByPlan) < RangesPerWorker * parallelism;
        long planned = 0;
        var cuts = ImmutableArray.CreateBuilder<byte[]>();
        foreach ((byte[] last, long before, bool cutByPlan) in ends.SkipLast(1))
        {
            bool isDue = before * ranges >= entries * (planned + 1);

            // The root alone is no range.
            bool isPlace = last.Length is > 0 and <= MaxPathBytes;
            if ((isDue || (keeps && cutByPlan)) && isPlace && cuts.Count < MaxCuts)
            {
                cuts.Add([.. last, (byte)'/']);

                // One that is kept stands for the next one that is due, if that is near.
                planned = isDue ? planned + 1 : Math.Max(planned, ((before * ranges) + (entries / 2)) / entries);
            }
        }

        return cuts.ToImmutable();
    }

    /// <summary>
    /// At directories of the upper levels: those of a content store are years, months and days. Where these are too few
    /// for all that may work at once, a few cuts deeper, unless the store is small: each range has packs of its own,
    /// which every later run opens.
    /// </summary>
    public static ImmutableArray<byte[]> OfDirectories(SourceTree tree, int parallelism)
    {
        int most = MaxCuts + 1;
        List<byte[]> level = Descend(
            tree,
            [
                [],
            ],
            DirectoryLevels,
            EnoughDirectories
        );
        int few = Math.Min(parallelism * RangesPerWorker, most);
        if (parallelism > 1 && level.Count < few)
        {
            int enough = few * DirectoriesPerRange;
            List<byte[]> below = Descend(tree, level, LowerLevels, enough);
            (level, most) = below.Count >= enough ? (below, few) : (level, most);
        }

        level.Sort(PathOrder.Instance);
        int step = Math.Max(1, (level.Count + most - 1) / most);
        return [.. level.Where((path, i) => i > 0 && i % step == 0 && path.Length is > 0 and <= MaxPathBytes)];
    }

    /// <summary>Goes down until there are enough directories, no more levels, or nothing below.</summary>
    private static List<byte[]> Descend(SourceTree tree, List<byte[]> level, int levels, int enough)
    {
        for (int depth = 0; depth < levels && level.Count < enough; depth++)
        {
            List<byte[]> below = [.. level.SelectMany(directory => SubdirectoriesOf(tree, directory))];
            if (below.Count == 0)
            {
                break;
            }

            level = below;
        }

        return level;
    }

    /// <param name="cuts">First paths of the second and further ranges, ascending.</param>
    public static ImmutableArray<PathRange> ToRanges(ImmutableArray<byte[]> cuts)
    {
        var ranges = ImmutableArray.CreateBuilder<PathRange>(cuts.Length + 1);
        byte[]? from = null;
        foreach (byte[] cut in cuts)
        {
            ranges.Add(new PathRange(from, cut));
            from = cut;
        }

        ranges.Add(new PathRange(from, null));
        return ranges.ToImmutable();
    }

    private static IEnumerable<byte[]> SubdirectoriesOf(SourceTree tree, byte[] directory)
    {
        IReadOnlyList<SourceEntry> names;
        try
        {
            names = tree.TryReadDirectory(directory) ?? [];
        }
        catch (SourceUnreadableException)
        {
            // The scan will say so.
            names = [];
        }

        return names
            .Where(name => name.Type == EntryType.Directory)
            .Select(name => directory.Length == 0 ? name.Name : [.. directory, (byte)'/', .. name.Name]);
    }
}
