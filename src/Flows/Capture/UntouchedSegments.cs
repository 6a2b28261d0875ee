using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>A segment of the parent's listing, seen beside the source.</summary>
/// <param name="TrustedBefore">The trusted directory, as it was, that the segment begins within; else null.</param>
/// <param name="TrustedAfter">The one that it ends within.</param>
/// <param name="EndsWithFile">Its last entry is a file.</param>
internal sealed record UntouchedSegment(
    SegmentRow Row,
    SegmentDirectories Directories,
    byte[]? TrustedBefore,
    byte[]? TrustedAfter,
    bool EndsWithFile
)
{
    /// <summary>The lowest bound that comes after its last path and before all that is below that.</summary>
    public byte[] End => [.. Row.Last, (byte)'/'];
}

/// <summary>
/// Tells which segments of the parent's listing are as they were, by the directories that the table of directories has of
/// them: such a segment is taken over by its id, and nobody reads it.
/// </summary>
/// <param name="listing">The parent's listing.</param>
/// <param name="table">Its table of directories.</param>
/// <param name="changes">Where something else is required than in the parent; takes what the source changed.</param>
internal sealed class UntouchedSegments(
    IChunkSource chunks,
    ContentRef listing,
    ContentRef table,
    PathIntervals changes
)
{
    private readonly List<UntouchedSegment> _segments = [];

    /// <summary>The place of the first segment in the listing.</summary>
    public int First { get; private set; }

    /// <summary>All segments of the range; <see cref="IsUntouched"/> tells of each.</summary>
    public IReadOnlyList<UntouchedSegment> Segments => _segments;

    /// <summary>Looks at every directory of the range.</summary>
    public async Task LookAsync(CaptureSource source, PathRange range, CancellationToken cancellationToken)
    {
        var check = new DirectoryCheck(source, range, changes);
        SegmentDirectories? before = null;
        await using IAsyncEnumerator<SegmentDirectories> directories = DirectoryTable
            .ReadAsync(chunks, table, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await foreach (
            SegmentRow row in new ListingReader(chunks, listing).ReadRowsAsync(PathRange.All, cancellationToken)
        )
        {
            SegmentDirectories own =
                await directories.MoveNextAsync() && directories.Current.Segment == row.Chunk
                    ? directories.Current
                    : throw Damaged();
            if (range.StartsAfter(row.Last))
            {
                First++;
                before = own.Chunk is null ? before : own;
                continue;
            }

            if (range.EndsBefore(row.First))
            {
                break;
            }

            if (_segments.Count == 0)
            {
                check.Begin(before is null ? null : (await ReadAsync(before, cancellationToken))[^1]);
            }

            await MeetAsync(check, row, own, range, cancellationToken);
        }

        check.End();
    }

    /// <summary>
    /// Whether the segment is as it was, from the end of the one before it on; the last one of the range to its end.
    /// </summary>
    public bool IsUntouched(int number, PathRange range)
    {
        SegmentRow row = _segments[number].Row;
        bool isLast = number == _segments.Count - 1;
        return _segments[number].Directories.IsTrusted
            && !range.StartsAfter(row.First)
            && !range.EndsBefore(row.Last)
            && !changes.Overlaps(
                number == 0 ? range.From ?? [] : _segments[number - 1].End,
                isLast ? range.To ?? PathIntervals.End : row.Last
            );
    }

    private async Task MeetAsync(
        DirectoryCheck check,
        SegmentRow row,
        SegmentDirectories own,
        PathRange range,
        CancellationToken cancellationToken
    )
    {
        byte[]? trusted = check.Trusted;
        byte[]? last = null;
        foreach (ListingEntry directory in await ReadAsync(own, cancellationToken))
        {
            last = directory.Path;
            if (range.Contains(directory.Path))
            {
                check.Meet(directory);
            }
        }

        bool endsWithFile = last is null || !last.AsSpan().SequenceEqual(row.Last);
        _segments.Add(new UntouchedSegment(row, own, trusted, check.Trusted, endsWithFile));
    }

    private ValueTask<IReadOnlyList<ListingEntry>> ReadAsync(
        SegmentDirectories row,
        CancellationToken cancellationToken
    ) => DirectoryTable.ReadDirectoriesAsync(chunks, row, cancellationToken);

    private static PermanentException Damaged() =>
        new(
            ErrorKind.Repository,
            "The table of directories of the set before does not fit its listing: run 'abf verify'."
        );
}
