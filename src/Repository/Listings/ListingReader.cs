using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>
/// Reads a listing, whole or a range of paths, one segment in memory at a time. Order, paths, bounds and the totals of
/// every segment are checked; what breaks a rule is a <see cref="PermanentException"/> of kind Repository. Each call
/// reads anew.
/// </summary>
/// <param name="chunks">Where the chunks are.</param>
/// <param name="listing">The listing's stream.</param>
public sealed class ListingReader(IChunkSource chunks, ContentRef listing)
{
    private const string What = "a listing";

    /// <summary>Two paths with their lengths, an id and three numbers.</summary>
    private const int MaxRowBytes = (2 * (PathOrder.MaxPathBytes + 3)) + ChunkId.Size + 30;

    /// <summary>
    /// Which segments can be read; entries of others are passed over. All, unless the repository lost packs.
    /// </summary>
    public Func<ChunkId, bool> Holds { get; init; } = static _ => true;

    /// <summary>Which segments are read at all; entries of others are passed over.</summary>
    public Func<SegmentRow, bool> Wants { get; init; } = static _ => true;

    /// <summary>
    /// Told of each segment that is lost or damaged, and why: the entries of the others are read all the same. Without
    /// it the first one is thrown. The listing's own stream, which names the segments, is needed whole either way.
    /// </summary>
    public Action<SegmentRow, string>? Lost { get; init; }

    /// <summary>The rows of the segments that have a path in the range.</summary>
    public async IAsyncEnumerable<SegmentRow> ReadRowsAsync(
        PathRange range,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using RecordStream stream = new(chunks.OpenRead(listing, ChunkClass.Metadata), MaxRowBytes);
        await stream.BeginAsync(ListingRoot.Version, What, cancellationToken);
        byte[]? last = null;
        while (await stream.FillAsync(cancellationToken))
        {
            (SegmentRow row, int length) = ReadRow(stream.Buffered, last);
            stream.Advance(length);
            last = row.Last;
            if (range.EndsBefore(row.First))
            {
                yield break;
            }

            if (!range.StartsAfter(row.Last))
            {
                yield return row;
            }
        }
    }

    /// <summary>The entries in the range, in <see cref="PathOrder"/>.</summary>
    public async IAsyncEnumerable<ListingEntry> ReadAsync(
        PathRange range,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ListingEntry? previous = null;
        await foreach (SegmentRow row in ReadRowsAsync(range, cancellationToken))
        {
            if (!Holds(row.Chunk) || !Wants(row))
            {
                continue;
            }

            foreach (ListingEntry entry in await ReadOrTellAsync(row, cancellationToken))
            {
                ListingOrder.Check(previous, entry, What);
                previous = entry;
                if (range.Contains(entry.Path))
                {
                    yield return entry;
                }
            }
        }
    }

    public IAsyncEnumerable<ListingEntry> ReadAsync(CancellationToken cancellationToken) =>
        ReadAsync(PathRange.All, cancellationToken);

    /// <summary>None where the segment is lost and somebody was told.</summary>
    private async ValueTask<IReadOnlyList<ListingEntry>> ReadOrTellAsync(
        SegmentRow row,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ReadSegmentAsync(row, cancellationToken);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository && Lost is not null)
        {
            Lost(row, exception.Message);
            return [];
        }
    }

    /// <summary>The entries of one segment.</summary>
    public async ValueTask<IReadOnlyList<ListingEntry>> ReadSegmentAsync(
        SegmentRow row,
        CancellationToken cancellationToken
    )
    {
        return Decode(row, await chunks.ReadChunkAsync(row.Chunk, ChunkClass.Metadata, cancellationToken));
    }

    /// <summary>The same of a segment's chunk that was read otherwise.</summary>
    internal static List<ListingEntry> Decode(SegmentRow row, ReadOnlySpan<byte> segment)
    {
        string what = $"listing segment {row.Chunk}";
        List<ListingEntry> entries = SegmentDecoder.Decode(segment, what);
        int files = 0;
        UInt128 bytes = 0;
        foreach (ListingEntry entry in entries)
        {
            files += entry.IsDirectory ? 0 : 1;
            bytes += (UInt128)entry.Length;
        }

        bool agrees =
            entries.Count == row.Entries
            && files == row.Files
            && bytes == (UInt128)row.Bytes
            && entries[0].Path.AsSpan().SequenceEqual(row.First)
            && entries[^1].Path.AsSpan().SequenceEqual(row.Last);
        return agrees ? entries : throw Damage.InPart(what, "it is not the segment that the listing names");
    }

    internal static (SegmentRow Row, int Length) ReadRow(ReadOnlySpan<byte> source, byte[]? last)
    {
        VarintReader reader = new(source, What);
        byte[] first = reader.ReadBlock(PathOrder.MaxPathBytes, "the length of a path").ToArray();
        byte[] end = reader.ReadBlock(PathOrder.MaxPathBytes, "the length of a path").ToArray();
        SegmentRow row = new(
            first,
            end,
            reader.ReadId(),
            (int)reader.ReadBounded(SegmentBuilder.MaxEntries, "the number of entries"),
            (int)reader.ReadBounded(SegmentBuilder.MaxEntries, "the number of files"),
            reader.ReadBounded(long.MaxValue, "the bytes of files")
        );
        if ((last is not null && PathOrder.Compare(last, first) >= 0) || PathOrder.Compare(first, end) > 0)
        {
            throw reader.Wrong("its segments are not in order");
        }

        return (row, reader.Position);
    }
}
