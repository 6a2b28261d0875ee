using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>
/// Writes the entries of a listing, or of a range of one, as segments. Entries come in <see cref="PathOrder"/>. Where a
/// segment ends depends on paths alone (but for the caps), so an unchanged stretch of a root gives the chunks that the
/// parent set has already.
/// </summary>
/// <param name="chunks">Where the segments are stored.</param>
public sealed class ListingWriter(IChunkWriter chunks)
{
    /// <summary>On average one path in this many ends a segment.</summary>
    private const ulong Divisor = 1024;

    private readonly SegmentBuilder _segment = new();
    private readonly ImmutableArray<SegmentRow>.Builder _rows = ImmutableArray.CreateBuilder<SegmentRow>();
    private ListingEntry? _previous;

    /// <summary>Entries written so far, those of the open segment included.</summary>
    public long Entries { get; private set; }

    /// <summary>Whether a range may end here without a segment that the next listing would cut differently.</summary>
    public bool AtSegmentEnd => _segment.Count == 0;

    /// <summary>Whether a segment ends after this path.</summary>
    public static bool EndsSegment(IChunkWriter chunks, ReadOnlySpan<byte> path) =>
        chunks.SegmentHash(path) % Divisor == 0;

    /// <summary>
    /// Adds the next entry. A path that is invalid or out of order is an <see cref="ArgumentException"/>: a defect of
    /// the caller.
    /// </summary>
    public async ValueTask AddAsync(ListingEntry entry, CancellationToken cancellationToken)
    {
        EntryFlags allowed = entry.IsDirectory ? SegmentDecoder.DirectoryFlags : SegmentDecoder.FileFlags;
        string? violation =
            PathOrder.IsValid(entry.Path)
            && (entry.Flags & ~allowed) == EntryFlags.None
            && (entry.IsDirectory || (entry.Path.Length > 0 && entry.Content!.IsPlausible))
                ? ListingOrder.Violation(_previous, entry)
                : $"'{TreePath.Display(entry.Path)}' cannot stand in a listing";
        if (violation is not null)
        {
            throw new ArgumentException(violation, nameof(entry));
        }

        _segment.Add(entry);
        _previous = entry;
        Entries++;
        if (_segment.IsFull || EndsSegment(chunks, entry.Path))
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Ends the open segment and returns all rows, in order. Called once.</summary>
    public async ValueTask<ImmutableArray<SegmentRow>> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_segment.Count > 0)
        {
            await FlushAsync(cancellationToken);
        }

        return _rows.ToImmutable();
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        ChunkId chunk = await chunks.AddChunkAsync(ChunkClass.Metadata, _segment.Encode(), cancellationToken);
        _rows.Add(_segment.Row(chunk));
        _segment.Clear();
    }
}
