using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Walks a range segment by segment: those of the parent's listing that are as they were are taken over by their ids, and
/// the stretches between them are captured file by file.
/// </summary>
/// <param name="capture">Captures a stretch; says where the next step begins, or null at its end.</param>
internal sealed class RangeWalk(
    IChunkWriter metadata,
    UntouchedSegments untouched,
    RangeListing listing,
    StepBudget budget,
    Func<PathRange, CancellationToken, Task<byte[]?>> capture
)
{
    /// <summary>Of more stretches each would cost more than it spares.</summary>
    private const int MaxStretches = 32;

    /// <summary>The rows that the range is, where it has been walked and nothing of it was captured; else null.</summary>
    public TakenRows? Taken { get; private set; }

    /// <summary>As <see cref="RangeCapture.RunAsync"/>.</summary>
    public async Task<byte[]?> RunAsync(PathRange range, CancellationToken cancellationToken)
    {
        IReadOnlyList<UntouchedSegment> segments = untouched.Segments;
        bool[] takes = [.. segments.Select((segment, i) => Takes(segment, i, range))];
        if (segments.Count > 0)
        {
            listing.GoOnWithin(segments[0].TrustedBefore);
        }

        if (Stretches(takes) > MaxStretches || !takes.Contains(true))
        {
            return await capture(range, cancellationToken);
        }

        byte[]? from = range.From;
        int taken = 0;
        for (int i = 0; i < takes.Length; i++)
        {
            byte[]? end = EndOf(i);
            if (takes[i] && listing.TryAddSegment(segments[i]))
            {
                from = end;
                taken++;
                if (end is not null && i < takes.Length - 1 && budget.IsSpent(atSegmentEnd: true))
                {
                    return end;
                }

                continue;
            }

            while (i < takes.Length - 1 && !takes[i + 1])
            {
                i++;
            }

            end = EndOf(i);
            if (await capture(new PathRange(from, end), cancellationToken) is { } next)
            {
                return next;
            }

            from = end;
            if (end is not null && i < takes.Length - 1 && budget.IsSpent(listing.AtSegmentEnd))
            {
                return end;
            }
        }

        Taken = taken == takes.Length ? new TakenRows(untouched.First, taken) : null;
        return null;

        byte[]? EndOf(int number) => number == takes.Length - 1 ? range.To : segments[number].End;
    }

    private bool Takes(UntouchedSegment segment, int number, PathRange range) =>
        (number == untouched.Segments.Count - 1 || ListingWriter.IsWhole(metadata, segment.Row))
        && untouched.IsUntouched(number, range);

    private static int Stretches(bool[] takes) => takes.Where((take, i) => !take && (i == 0 || takes[i - 1])).Count();
}
