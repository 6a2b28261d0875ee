using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Writes the listing of a step and counts what enters it.</summary>
/// <param name="keepsDirectories">The directories of each segment are stored beside it.</param>
internal sealed class RangeListing(
    IChunkWriter metadata,
    StepBudget budget,
    CaptureProgress progress,
    bool keepsDirectories = false
)
{
    private readonly ListingWriter _writer = new(metadata) { KeepsDirectories = keepsDirectories };
    private byte[] _last = [];
    private bool _lastIsFile;

    public long Files { get; private set; }

    public long Bytes { get; private set; }

    public long Directories { get; private set; }

    public bool AtSegmentEnd => _writer.AtSegmentEnd;

    /// <summary>Whether this path was added last.</summary>
    public bool EndsWith(byte[] path) => _writer.Entries > 0 && _last.AsSpan().SequenceEqual(path);

    /// <summary>Whether the path can stand here: not where the entry before it is a file above it.</summary>
    public bool CanHold(byte[] path) => !_lastIsFile || !PathOrder.IsBelow(path, _last);

    public async ValueTask AddAsync(ListingEntry entry, CancellationToken cancellationToken)
    {
        await _writer.AddAsync(entry, cancellationToken);
        (_last, _lastIsFile) = (entry.Path, !entry.IsDirectory);
        budget.Listed();
        if (entry.IsDirectory)
        {
            Directories++;
            return;
        }

        Files++;
        Bytes += entry.Length;
        progress.Listed(entry.Length);
    }

    /// <inheritdoc cref="ListingWriter.GoOnWithin"/>
    public void GoOnWithin(byte[]? trusted) => _writer.GoOnWithin(trusted);

    /// <summary>Takes a segment of the parent's listing over; false where a segment is open.</summary>
    public bool TryAddSegment(UntouchedSegment segment)
    {
        SegmentRow row = segment.Row;
        if (!_writer.TryAddSegment(row, segment.Directories, segment.EndsWithFile))
        {
            return false;
        }

        _writer.GoOnWithin(segment.TrustedAfter);
        (_last, _lastIsFile) = (row.Last, segment.EndsWithFile);
        budget.Listed();
        Directories += row.Entries - row.Files;
        Files += row.Files;
        Bytes += row.Bytes;
        progress.Listed(row.Files, row.Bytes);
        return true;
    }

    /// <summary>The directories of the segments written, as <see cref="SegmentDirectories"/> encodes them.</summary>
    public byte[]? EncodeDirectories() => keepsDirectories ? SegmentDirectories.Encode(_writer.Directories) : null;

    /// <summary>The table of the directories, of a listing that is whole.</summary>
    public async Task<ContentRef?> WriteDirectoriesAsync(CancellationToken cancellationToken) =>
        keepsDirectories ? await DirectoryTable.WriteAsync(metadata, _writer.Directories, cancellationToken) : null;

    /// <summary>
    /// Ends the listing of a part of a root and returns the rows of its segments, for the step's page: no set needs
    /// them, so they are no chunks.
    /// </summary>
    public async Task<byte[]> CompletePartAsync(CancellationToken cancellationToken)
    {
        progress.Report();
        return SegmentRows.Encode(await _writer.CompleteAsync(cancellationToken));
    }

    /// <summary>Ends the listing and returns the rows of its segments, as a listing of their own.</summary>
    public async Task<ContentRef> CompleteAsync(CancellationToken cancellationToken)
    {
        progress.Report();
        await using var root = new ListingRoot(metadata);
        foreach (SegmentRow row in await _writer.CompleteAsync(cancellationToken))
        {
            await root.AddAsync(row, cancellationToken);
        }

        return (await root.CompleteAsync(cancellationToken)).Listing;
    }
}
