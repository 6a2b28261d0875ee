using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Streams;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>
/// The bytes of a content, chunk after chunk; one chunk and, at each level of indirection, one chunk of ids are in
/// memory; of a dump, chunks of some MiB.
/// </summary>
internal sealed class ChunkReadStream : ReadOnlyStream
{
    private readonly IChunkSource _chunks;
    private readonly ContentRef _content;
    private readonly ChunkClass _class;
    private readonly Stack<(ReadOnlyMemory<byte> Ids, int Depth)> _pending;

    /// <summary>Null: chunks that lie together, or are long, are read one by one.</summary>
    private readonly ChunksAhead? _ahead;
    private ReadOnlyMemory<byte> _current;
    private long _position;

    public ChunkReadStream(IChunkSource chunks, ContentRef content, ChunkClass chunkClass)
    {
        _chunks = chunks;
        _content = content;
        _class = chunkClass;
        _ahead = chunkClass == ChunkClass.Dump ? new ChunksAhead(chunks, chunkClass) : null;
        byte[] ids = new byte[content.Chunks.Length * ChunkId.Size];
        for (int i = 0; i < content.Chunks.Length; i++)
        {
            content.Chunks[i].Write(ids.AsSpan(i * ChunkId.Size));
        }

        _pending = new([(ids, content.Depth)]);
    }

    /// <summary>Reads on from a place that another stream over the same content passed.</summary>
    public ChunkReadStream(IChunkSource chunks, ContentRef content, ChunkClass chunkClass, ChunkPosition from)
    {
        _chunks = chunks;
        _content = content;
        _class = chunkClass;
        _pending = new(from.Pending);
        _position = from.Offset;
    }

    /// <summary>Told of each chunk of the content before it is read.</summary>
    public Action<ChunkPosition>? Passing { get; init; }

    public override long Length => _content.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (_current.IsEmpty)
        {
            if (await NextAsync(cancellationToken) is not { } next)
            {
                return _position == _content.Length ? 0 : throw Wrong();
            }

            _current = next;
        }

        int count = Math.Min(buffer.Length, _current.Length);
        if (_position + count > _content.Length)
        {
            throw Wrong();
        }

        _current[..count].CopyTo(buffer);
        _current = _current[count..];
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private async ValueTask<byte[]?> NextAsync(CancellationToken cancellationToken)
    {
        while (_pending.TryPop(out (ReadOnlyMemory<byte> Ids, int Depth) level))
        {
            if (level.Ids.IsEmpty)
            {
                continue;
            }

            if (level.Depth == 0 && Passing is { } passing)
            {
                passing(new ChunkPosition(_position, [.. _pending.Reverse(), level]));
            }

            _pending.Push((level.Ids[ChunkId.Size..], level.Depth));
            if (level.Depth == 0 && _ahead is not null)
            {
                return await _ahead.ReadAsync(level.Ids, cancellationToken);
            }

            ChunkId id = ChunkId.Read(level.Ids.Span);
            byte[] chunk = await _chunks.ReadChunkAsync(
                id,
                level.Depth == 0 ? _class : ChunkClass.Metadata,
                cancellationToken
            );
            if (level.Depth == 0)
            {
                return chunk;
            }

            if (chunk.Length % ChunkId.Size != 0 || chunk.Length > ChunkLimits.IdsPerChunk * ChunkId.Size)
            {
                throw Damage.InPart($"chunk {id}", "it does not hold ids of chunks");
            }

            _pending.Push((chunk, level.Depth - 1));
        }

        return null;
    }

    private PermanentException Wrong() =>
        Damage.InPart("a content reference", $"its chunks do not have the {_content.Length} bytes that it names");
}
