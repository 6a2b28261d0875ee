using System.Buffers;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>
/// Writes the listing itself: the rows of all its segments, in order, as one metadata stream. Ranges that were captured
/// apart are joined here without looking into their segments.
/// </summary>
public sealed class ListingRoot : IAsyncDisposable
{
    internal const byte Version = 1;
    private const int FlushBytes = 64 * 1024;

    private readonly ContentStream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new(FlushBytes);
    private byte[]? _last;
    private long _entries;
    private long _files;
    private long _bytes;

    public ListingRoot(IChunkWriter chunks)
    {
        _stream = chunks.CreateStream(ChunkClass.Metadata);
        _buffer.WriteByte(Version);
    }

    /// <summary>
    /// Adds the next row. One that does not come after the row before it is an <see cref="ArgumentException"/>: ranges
    /// overlap.
    /// </summary>
    public async ValueTask AddAsync(SegmentRow row, CancellationToken cancellationToken)
    {
        if (
            (_last is not null && PathOrder.Compare(_last, row.First) >= 0)
            || PathOrder.Compare(row.First, row.Last) > 0
        )
        {
            throw new ArgumentException(
                $"The segment from '{TreePath.Display(row.First)}' does not come after '{TreePath.Display(_last)}'.",
                nameof(row)
            );
        }

        Write(_buffer, row);
        _last = row.Last;
        _entries += row.Entries;
        _files += row.Files;
        _bytes = checked(_bytes + row.Bytes);
        if (_buffer.WrittenCount >= FlushBytes)
        {
            await FlushAsync(cancellationToken);
        }
    }

    internal static void Write(ArrayBufferWriter<byte> buffer, SegmentRow row)
    {
        buffer.WriteBlock(row.First);
        buffer.WriteBlock(row.Last);
        buffer.WriteId(row.Chunk);
        buffer.WriteVarint((ulong)row.Entries);
        buffer.WriteVarint((ulong)row.Files);
        buffer.WriteVarint((ulong)row.Bytes);
    }

    /// <summary>Ends the stream. Called once.</summary>
    public async Task<ListingSummary> CompleteAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        ContentRef listing = await _stream.CompleteAsync(cancellationToken);
        return new ListingSummary(listing, _files, _entries - _files, _bytes);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }
}
