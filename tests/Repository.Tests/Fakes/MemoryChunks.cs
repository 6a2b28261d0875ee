using System.Collections.Concurrent;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Tests.Fakes;

/// <summary>Metadata chunks in a dictionary, cut every 1000 bytes.</summary>
internal sealed class MemoryChunks : IChunkWriter, IChunkSource
{
    private const int CutBytes = 1000;
    private static readonly byte[] Key = [1, 2, 3];

    public ConcurrentDictionary<ChunkId, byte[]> Chunks { get; } = [];

    public int Added { get; private set; }

    public int Reads { get; private set; }

    public ValueTask<ChunkId> AddChunkAsync(
        ChunkClass chunkClass,
        ReadOnlyMemory<byte> plain,
        CancellationToken cancellationToken
    )
    {
        ChunkId id = ChunkId.Read(HMACSHA256.HashData(Key, plain.Span));
        if (Chunks.TryAdd(id, plain.ToArray()))
        {
            Added++;
        }

        return ValueTask.FromResult(id);
    }

    public ContentStream CreateStream(ChunkClass chunkClass) => new WriteStream(this);

    public ulong SegmentHash(ReadOnlySpan<byte> path) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(Key, path));

    public ValueTask<byte[]> ReadChunkAsync(ChunkId id, ChunkClass chunkClass, CancellationToken cancellationToken)
    {
        Reads++;
        return ValueTask.FromResult(Chunks[id]);
    }

    public ValueTask<IReadOnlyList<int>> ReadManyAsync(
        IReadOnlyList<ChunkId> ids,
        ChunkClass chunkClass,
        Action<int, ReadOnlySpan<byte>> take,
        CancellationToken cancellationToken
    )
    {
        for (int i = 0; i < ids.Count; i++)
        {
            Reads++;
            take(i, Chunks[ids[i]]);
        }

        return ValueTask.FromResult<IReadOnlyList<int>>([]);
    }

    public Stream OpenRead(ContentRef content, ChunkClass chunkClass) =>
        new MemoryStream([.. Flatten(content.Chunks, content.Depth).SelectMany(id => Chunks[id])]);

    private IEnumerable<ChunkId> Flatten(IEnumerable<ChunkId> ids, int depth) =>
        depth == 0
            ? ids
            : ids.SelectMany(id =>
                Flatten(Chunks[id].Chunk(ChunkId.Size).Select(bytes => ChunkId.Read(bytes)), depth - 1)
            );

    private sealed class WriteStream(MemoryChunks owner) : ContentStream
    {
        private readonly MemoryStream _bytes = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _bytes.Length;

        public override long Position
        {
            get => _bytes.Position;
            set => throw new NotSupportedException();
        }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => _bytes.Write(buffer, offset, count);

        public override async Task<ContentRef> CompleteAsync(CancellationToken cancellationToken)
        {
            List<ChunkId> ids = [];
            foreach (byte[] piece in _bytes.ToArray().Chunk(CutBytes))
            {
                ids.Add(await owner.AddChunkAsync(ChunkClass.Metadata, piece, cancellationToken));
            }

            int depth = 0;
            while (ids.Count > ContentRef.MaxInlineChunks)
            {
                List<ChunkId> above = [];
                foreach (ChunkId[] level in ids.Chunk(64))
                {
                    byte[] bytes = new byte[level.Length * ChunkId.Size];
                    for (int i = 0; i < level.Length; i++)
                    {
                        level[i].Write(bytes.AsSpan(i * ChunkId.Size));
                    }

                    above.Add(await owner.AddChunkAsync(ChunkClass.Metadata, bytes, cancellationToken));
                }

                ids = above;
                depth++;
            }

            return new ContentRef(_bytes.Length, depth, [.. ids]);
        }
    }
}
