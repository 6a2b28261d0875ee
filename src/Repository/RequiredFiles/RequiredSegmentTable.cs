using System.Buffers;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>Writes the table of a list's segments as a metadata stream.</summary>
internal sealed class RequiredSegmentTable : IAsyncDisposable
{
    public const byte Version = 1;
    private const int FlushBytes = 64 * 1024;

    private readonly ContentStream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new(FlushBytes);

    public RequiredSegmentTable(IChunkWriter chunks)
    {
        _stream = chunks.CreateStream(ChunkClass.Metadata);
        _buffer.WriteByte(Version);
    }

    /// <summary>Segments written so far.</summary>
    public long Count { get; private set; }

    public async ValueTask AddAsync(RequiredSegment segment, CancellationToken cancellationToken)
    {
        _buffer.WriteBlock(segment.First);
        _buffer.WriteBlock(segment.Last);
        _buffer.WriteId(segment.Chunk);
        _buffer.WriteVarint((ulong)segment.Length);
        _buffer.WriteVarint((ulong)segment.Files);
        _buffer.WriteVarint((ulong)segment.LowestId);
        _buffer.WriteVarint((ulong)segment.HighestId);
        Count++;
        if (_buffer.WrittenCount >= FlushBytes)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Called once.</summary>
    public async Task<ContentRef> CompleteAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return await _stream.CompleteAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }
}
