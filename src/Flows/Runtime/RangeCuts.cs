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
    private const int DirectoryLevels = 3;
    private const int EnoughDirectories = 64;

    /// <summary>Between segments, so that an unchanged stretch gives the segments it gave last time.</summary>
    public static async Task<ImmutableArray<byte[]>> OfListingAsync(
        ListingReader listing,
        int parallelism,
        CancellationToken cancellationToken
    )
    {
        var ends = new List<(byte[] Last, long Entries)>();
        long entries = 0;
        await foreach (SegmentRow row in listing.ReadRowsAsync(PathRange.All, cancellationToken))
        {
            entries += row.Entries;
            ends.Add((row.Last, entries));
        }

        long ranges = Math.Clamp(entries / EntriesPerRange, Math.Min(parallelism, ends.Count), MaxCuts + 1);
        var cuts = ImmutableArray.CreateBuilder<byte[]>();
        foreach ((byte[] last, long before) in ends.SkipLast(1))
        {
            if (before * ranges >= entries * (cuts.Count + 1) && last.Length <= MaxPathBytes)
            {
                cuts.Add([.. last, (byte)'/']);
            }
        }

        return cuts.ToImmutable();
    }

    /// <summary>At directories of the upper levels: those of a content store are years, months and days.</summary>
    public static ImmutableArray<byte[]> OfDirectories(SourceTree tree)
    {
        List<byte[]> level =
        [
            [],
        ];
        for (int depth = 0; depth < DirectoryLevels && level.Count < EnoughDirectories; depth++)
        {
            List<byte[]> below = [.. level.SelectMany(directory => SubdirectoriesOf(tree, directory))];
            if (below.Count == 0)
            {
                break;
            }

            level = below;
        }

        level.Sort(PathOrder.Instance);
        int step = Math.Max(1, (level.Count + MaxCuts - 1) / MaxCuts);
        return [.. level.Where((path, i) => i > 0 && i % step == 0 && path.Length is > 0 and <= MaxPathBytes)];
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
