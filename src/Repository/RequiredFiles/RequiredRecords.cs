using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// The records of a list of required files one after the other, from its start or from a mark on. The current one
/// stands in a buffer that is used again: the start of a range is found by reading what comes before it, and that must
/// cost next to nothing.
/// </summary>
internal sealed class RequiredRecords : IAsyncDisposable
{
    private const string What = "a list of required files";
    private const int MaxRecordBytes = PathOrder.MaxPathBytes + 40;

    private readonly RecordStream _stream;
    private readonly RequiredMark? _from;

    /// <summary>Chunks that the stream has read ahead of the records.</summary>
    private readonly Queue<ChunkPosition> _ahead = new();
    private ChunkPosition? _chunk;
    private bool _begun;

    private byte[] _path = new byte[256];
    private int _pathLength;
    private long _size;
    private long _id = -1;

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

    /// <summary>
    /// Of the current record: valid until the next call, and as a path only after <see cref="ToFile"/> checked it.
    /// </summary>
    public ReadOnlySpan<byte> Path => _path.AsSpan(0, _pathLength);

    /// <summary>Reads the next record; false at the end.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (!_begun)
        {
            _begun = true;
            await BeginAsync(cancellationToken);
        }

        if (!await _stream.FillAsync(cancellationToken))
        {
            return false;
        }

        Advance(Read(_stream.Buffered));
        return true;
    }

    public RequiredFile ToFile() =>
        PathOrder.IsValid(Path)
            ? new RequiredFile(Path.ToArray(), _size == 0 ? null : _size - 1, _id)
            : throw Damage.InPart(What, $"'{TreePath.Display(Path)}' is not a path that a listing may have");

    /// <summary>The place after the current record.</summary>
    public RequiredMark ToMark() => new(_chunk!, Offset, Path.ToArray(), _id);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (_from is not null)
        {
            SetPath(shared: 0, _from.Path);
            _id = _from.Id;
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

    /// <summary>Reads a record and returns its length in bytes. Records ascend by path, then by id.</summary>
    private int Read(ReadOnlySpan<byte> source)
    {
        VarintReader reader = new(source, What);
        int shared = (int)reader.ReadBounded(_pathLength, "the length that a path shares with the one before it");
        ReadOnlySpan<byte> rest = reader.ReadBlock(PathOrder.MaxPathBytes - shared, "the length of a path");
        _size = reader.ReadBounded(long.MaxValue, "a size");
        long id = reader.ReadBounded(long.MaxValue, "an id");

        // What both share decides nothing.
        int order = PathOrder.Compare(Path[shared..], rest);
        if (shared + rest.Length == 0 || order > 0 || (order == 0 && id <= _id))
        {
            throw reader.Wrong("it is not in order");
        }

        SetPath(shared, rest);
        _id = id;
        return reader.Position;
    }

    private void SetPath(int shared, ReadOnlySpan<byte> rest)
    {
        _pathLength = shared + rest.Length;
        if (_pathLength > _path.Length)
        {
            Array.Resize(ref _path, PathOrder.MaxPathBytes);
        }

        rest.CopyTo(_path.AsSpan(shared));
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
