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

    /// <summary>So much of directories is stored together.</summary>
    private const int DirectoryBytes = 1024 * 1024;

    private readonly SegmentBuilder _segment = new();
    private readonly ImmutableArray<SegmentRow>.Builder _rows = ImmutableArray.CreateBuilder<SegmentRow>();
    private readonly SegmentBuilder _directories = new();
    private readonly ImmutableArray<SegmentDirectories>.Builder _directoryRows =
        ImmutableArray.CreateBuilder<SegmentDirectories>();
    private readonly List<(int Row, byte[] Directories)> _waiting = [];
    private int _waitingBytes;
    private ListingEntry? _previous;

    /// <summary>The trusted directory that the last entry is, or lies in.</summary>
    private byte[]? _trusted;
    private bool _isTrusted = true;

    /// <summary>The directories of each segment are stored beside it (<see cref="Directories"/>).</summary>
    public bool KeepsDirectories { get; init; }

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

        if (entry.IsDirectory)
        {
            _trusted = entry.Flags.HasFlag(EntryFlags.Trusted) ? entry.Path : null;
            _directories.Add(entry);
        }
        else
        {
            _isTrusted &= _trusted is not null && PathOrder.IsBelow(entry.Path, _trusted);
        }

        _segment.Add(entry);
        _previous = entry;
        Entries++;
        if (_segment.IsFull || EndsSegment(chunks, entry.Path))
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>
    /// What comes next lies in this directory: known where a listing goes on within one, after segments that were taken
    /// over or at the start of a range.
    /// </summary>
    /// <param name="trusted">Null where it is not trusted.</param>
    public void GoOnWithin(byte[]? trusted) => _trusted = trusted;

    /// <summary>Takes a whole segment over as it is; false where a segment is open.</summary>
    /// <param name="row">The segment.</param>
    /// <param name="directories">Its directories.</param>
    /// <param name="endsWithFile">Its last entry is a file.</param>
    public bool TryAddSegment(SegmentRow row, SegmentDirectories directories, bool endsWithFile)
    {
        if (!AtSegmentEnd)
        {
            return false;
        }

        if (_previous is not null && PathOrder.Compare(_previous.Path, row.First) >= 0)
        {
            throw new ArgumentException(
                $"The segment from '{TreePath.Display(row.First)}' does not come after "
                    + $"'{TreePath.Display(_previous.Path)}'.",
                nameof(row)
            );
        }

        _rows.Add(row);
        _directoryRows.Add(directories);
        _previous = new ListingEntry(
            row.Last,
            EntryFlags.None,
            0,
            new FileOwner(0, 0, string.Empty, string.Empty),
            0,
            0,
            endsWithFile ? ContentRef.Empty : null
        );
        Entries += row.Entries;
        return true;
    }

    /// <summary>A row for each segment, in order; complete after <see cref="CompleteAsync"/>.</summary>
    public ImmutableArray<SegmentDirectories> Directories => _directoryRows.ToImmutable();

    /// <summary>Whether this segment would end where it does whatever follows.</summary>
    public static bool IsWhole(IChunkWriter chunks, SegmentRow row) => IsWhole(row, chunks.SegmentHash(row.Last));

    /// <inheritdoc cref="IsWhole(IChunkWriter, SegmentRow)"/>
    /// <param name="hash">The keyed hash of the segment's last path.</param>
    internal static bool IsWhole(SegmentRow row, ulong hash) =>
        row.Entries >= SegmentBuilder.MaxEntries || hash % Divisor == 0;

    /// <summary>Ends the open segment and returns all rows, in order. Called once.</summary>
    public async ValueTask<ImmutableArray<SegmentRow>> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_segment.Count > 0)
        {
            await FlushAsync(cancellationToken);
        }

        await StoreDirectoriesAsync(cancellationToken);
        return _rows.ToImmutable();
    }

    /// <summary>Side by side in a pack: who reads the directories of a listing reads nothing else.</summary>
    private async ValueTask StoreDirectoriesAsync(CancellationToken cancellationToken)
    {
        foreach ((int row, byte[] directories) in _waiting)
        {
            ChunkId chunk = await chunks.AddChunkAsync(ChunkClass.Metadata, directories, cancellationToken);
            _directoryRows[row] = _directoryRows[row] with { Chunk = chunk };
        }

        _waiting.Clear();
        _waitingBytes = 0;
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        ChunkId chunk = await chunks.AddChunkAsync(ChunkClass.Metadata, _segment.Encode(), cancellationToken);
        _rows.Add(_segment.Row(chunk));
        if (_directories.Count > 0 && KeepsDirectories)
        {
            byte[] directories = _directories.Encode();
            _waiting.Add((_directoryRows.Count, directories));
            _waitingBytes += directories.Length;
        }

        _directoryRows.Add(new SegmentDirectories(chunk, Chunk: null, _isTrusted));
        if (_waitingBytes >= DirectoryBytes)
        {
            await StoreDirectoriesAsync(cancellationToken);
        }

        _segment.Clear();
        _directories.Clear();
        _isTrusted = true;
    }
}
