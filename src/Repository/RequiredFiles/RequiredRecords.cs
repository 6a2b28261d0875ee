using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>The records of a list of required files one after the other, from its start or from a mark on.</summary>
internal sealed class RequiredRecords : IAsyncDisposable
{
    private const string What = "a list of required files";
    private const int MaxRecordBytes = PathOrder.MaxPathBytes + 40;

    private readonly RecordStream _stream;
    private readonly RequiredMark? _from;
    private readonly RequiredCursor _cursor = new(What);

    /// <summary>Chunks that the stream has read ahead of the records.</summary>
    private readonly Queue<ChunkPosition> _ahead = new();
    private ChunkPosition? _chunk;
    private bool _begun;

    public RequiredRecords(IChunkSource chunks, ContentRef list, RequiredMark? from)
    {
        _from = from;
        ChunkReadStream bytes = from is null
            ? new(chunks, list, ChunkClass.Metadata) { Passing = _ahead.Enqueue }
            : new(chunks, list, ChunkClass.Metadata, from.Chunk) { Passing = _ahead.Enqueue };
        _stream = new RecordStream(bytes, MaxRecordBytes);
    }

    /// <summary>The next record's first byte in the list.</summary>
    public long Offset { get; private set; }

    /// <summary>The next record, valid until the call after it; null at the end.</summary>
    public async ValueTask<RequiredCursor?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!_begun)
        {
            _begun = true;
            await BeginAsync(cancellationToken);
        }

        if (!await _stream.FillAsync(cancellationToken))
        {
            return null;
        }

        Advance(_cursor.Read(_stream.Buffered));
        return _cursor;
    }

    /// <summary>The place after the record that was read last.</summary>
    public RequiredMark ToMark() => new(_chunk!, Offset, _cursor.Path.ToArray(), _cursor.Id);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (_from is not null)
        {
            _cursor.Resume(_from.Path, _from.Id);
            Offset = _from.Offset;
            await _stream.SkipAsync(_from.Offset - _from.Chunk.Offset, cancellationToken);
        }
        else if (!await _stream.FillAsync(cancellationToken) || _stream.Buffered[0] != RequiredListWriter.Version)
        {
            throw Damage.InPart(What, "its version is not known");
        }
        else
        {
            Advance(1);
        }
    }

    private void Advance(int count)
    {
        _stream.Advance(count);
        Offset += count;
        while (_ahead.TryPeek(out ChunkPosition? next) && next.Offset <= Offset)
        {
            _chunk = _ahead.Dequeue();
        }
    }
}
