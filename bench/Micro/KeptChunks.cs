using System.Buffers.Binary;
using System.IO.Hashing;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Micro;

/// <summary>Chunks in a dictionary, named as the repository names them.</summary>
internal sealed class KeptChunks : IChunkWriter, IChunkSource
{
    private static readonly ChunkKeys Keys = new(KeyRing.Generate(1));

    private readonly Dictionary<ChunkId, byte[]> _chunks = [];

    public ValueTask<ChunkId> AddChunkAsync(
        ChunkClass chunkClass,
        ReadOnlyMemory<byte> plain,
        CancellationToken cancellationToken
    )
    {
        ChunkId id = Keys.IdOf(chunkClass, plain.Span);
        _chunks.TryAdd(id, plain.ToArray());
        return ValueTask.FromResult(id);
    }

    public ContentStream CreateStream(ChunkClass chunkClass) => new ChunkStream(this, chunkClass, Keys);

    public ulong SegmentHash(ReadOnlySpan<byte> path) => Keys.SegmentHash(path);

    public ValueTask<byte[]> ReadChunkAsync(ChunkId id, ChunkClass chunkClass, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_chunks[id]);

    public ValueTask<IReadOnlyList<int>> ReadManyAsync(
        IReadOnlyList<ChunkId> ids,
        ChunkClass chunkClass,
        Action<int, ReadOnlySpan<byte>> take,
        CancellationToken cancellationToken
    )
    {
        for (int i = 0; i < ids.Count; i++)
        {
            take(i, _chunks[ids[i]]);
        }

        return ValueTask.FromResult<IReadOnlyList<int>>([]);
    }

    public Stream OpenRead(ContentRef content, ChunkClass chunkClass) => new ChunkReadStream(this, content, chunkClass);
}
