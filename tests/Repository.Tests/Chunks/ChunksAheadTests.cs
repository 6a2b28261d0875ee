using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;

namespace AlfrescoBackupFlows.Repository.Tests.Chunks;

public sealed class ChunksAheadTests
{
    private readonly MemoryChunks _chunks = new();

    [Theory]
    [InlineData(4 << 10, 5000, 40)]
    [InlineData(1 << 20, 40, 10)]
    public async Task Chunks_of_a_dump_are_read_together_and_one_by_one_only_where_that_fails(
        int length,
        int count,
        int mostBatches
    )
    {
        ContentRefBuilder content = new(_chunks, inline: 4);
        using MemoryStream dump = new();
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = Content.Random(length, i % 1000);
            dump.Write(bytes);
            ChunkId id = await _chunks.AddChunkAsync(ChunkClass.Dump, bytes, CancellationToken.None);
            await content.AddAsync(id, length, CancellationToken.None);
        }

        ContentRef stored = await content.CompleteAsync(CancellationToken.None);
        ChunkId odd = await _chunks.AddChunkAsync(ChunkClass.Dump, Content.Random(length, 7), CancellationToken.None);
        Source source = new(_chunks, odd);
        using MemoryStream read = new();
        await using (ChunkReadStream stream = new(source, stored, ChunkClass.Dump))
        {
            await stream.CopyToAsync(read);
        }

        Assert.True(
            dump.GetBuffer().AsSpan(0, (int)dump.Length).SequenceEqual(read.GetBuffer().AsSpan(0, (int)read.Length))
        );
        Assert.InRange(source.Batches, 1, mostBatches);
        Assert.InRange(source.Ones, 1, (count + 999) / 1000);
    }

    /// <summary>One chunk is not where the index says.</summary>
    private sealed class Source(MemoryChunks chunks, ChunkId odd) : IChunkSource
    {
        public int Batches { get; private set; }

        public int Ones { get; private set; }

        public ValueTask<byte[]> ReadChunkAsync(ChunkId id, ChunkClass chunkClass, CancellationToken cancellationToken)
        {
            Ones += chunkClass == ChunkClass.Dump ? 1 : 0;
            return chunks.ReadChunkAsync(id, chunkClass, cancellationToken);
        }

        public async ValueTask<IReadOnlyList<int>> ReadManyAsync(
            IReadOnlyList<ChunkId> ids,
            ChunkClass chunkClass,
            Action<int, ReadOnlySpan<byte>> take,
            CancellationToken cancellationToken
        )
        {
            Batches++;
            int[] others = [.. Enumerable.Range(0, ids.Count).Where(number => ids[number] != odd)];
            await chunks.ReadManyAsync(
                [.. others.Select(number => ids[number])],
                chunkClass,
                (number, bytes) => take(others[number], bytes),
                cancellationToken
            );
            return [.. Enumerable.Range(0, ids.Count).Except(others)];
        }

        public Stream OpenRead(ContentRef content, ChunkClass chunkClass) => throw new NotSupportedException();
    }
}
