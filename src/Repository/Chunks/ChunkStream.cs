using System.Buffers;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>
/// Cuts what is written by content and stores the chunks. The buffer grows with the stream, to two of the longest
/// chunks or a little more. Cuts depend on the bytes alone, not on how they were handed over.
/// </summary>
internal sealed class ChunkStream : ContentStream
{
    private const int FirstLength = 64 << 10;

    /// <summary>What is left of a buffer is moved to its start, so a shorter one costs copies.</summary>
    private const int ShortestLastLength = 256 << 10;

    /// <summary>References to streams go through journals, many at once.</summary>
    private const int InlineChunks = 4;

    private readonly CutPoints _cuts;
    private readonly int _lastLength;
    private readonly IChunkWriter _writer;
    private readonly ChunkClass _class;
    private readonly ContentRefBuilder _content;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstLength);
    private int _length;
    private bool _completed;

    public ChunkStream(IChunkWriter writer, ChunkClass chunkClass, ChunkKeys keys)
    {
        _writer = writer;
        _class = chunkClass;
        _content = new ContentRefBuilder(writer, InlineChunks);
        _cuts = CutPoints.Of(keys, chunkClass);
        _lastLength = Math.Max(2 * _cuts.MaxLength, ShortestLastLength);
    }

    /// <summary>Memory to write into, never empty; <see cref="AdvanceAsync"/> says how much of it was used.</summary>
    public Memory<byte> GetRoom()
    {
        if (_length == _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(_buffer.Length * 4, _lastLength));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(_length);
    }

    public async ValueTask AdvanceAsync(int count, CancellationToken cancellationToken)
    {
        _length += count;
        if (_length >= _lastLength)
        {
            await CutAsync(leave: _cuts.MaxLength, cancellationToken);
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        while (!buffer.IsEmpty)
        {
            Memory<byte> room = GetRoom();
            int count = Math.Min(room.Length, buffer.Length);
            buffer[..count].CopyTo(room);
            buffer = buffer[count..];
            await AdvanceAsync(count, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task<ContentRef> CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        _completed = true;
        await CutAsync(leave: 1, cancellationToken);
        return await _content.CompleteAsync(cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Stores chunks from the start of the buffer while <paramref name="leave"/> bytes or more are in it.
    /// </summary>
    private async ValueTask CutAsync(int leave, CancellationToken cancellationToken)
    {
        int start = 0;
        while (_length - start >= leave)
        {
            int length = _cuts.First(_buffer.AsSpan(start, _length - start));
            ChunkId id = await _writer.AddChunkAsync(_class, _buffer.AsMemory(start, length), cancellationToken);
            await _content.AddAsync(id, length, cancellationToken);
            start += length;
        }

        _buffer.AsSpan(start, _length - start).CopyTo(_buffer);
        _length -= start;
    }
}
