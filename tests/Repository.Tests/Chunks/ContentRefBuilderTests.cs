using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Tests.Fakes;

namespace AlfrescoBackupFlows.Repository.Tests.Chunks;

public sealed class ContentRefBuilderTests
{
    private readonly MemoryChunks _lists = new();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 0)]
    [InlineData(5, 1)]
    [InlineData(256, 1)]
    [InlineData(20_000, 2)]
    public async Task Ids_come_back_in_their_order(int count, int depth)
    {
        ChunkId[] ids = Draw(count, 1);
        ContentRef content = await BuildAsync(ids);
        Assert.Equal(depth, content.Depth);
        Assert.True(content.IsPlausible);
        Assert.Equal(ids, await LeavesAsync(content));
    }

    [Fact]
    public async Task Where_a_few_chunks_of_a_long_content_change_so_do_a_few_lists()
    {
        ChunkId[] ids = Draw(100_000, 1);
        await BuildAsync(ids);
        int before = _lists.Added;
        Assert.InRange(before, 40, 200);
        ChunkId[] changed = [.. ids[..30_000], .. Draw(3, 2), .. ids[30_001..]];

        ContentRef content = await BuildAsync(changed);

        // The list, perhaps the one after it, and those above.
        Assert.InRange(_lists.Added - before, 1, 4);
        Assert.Equal(changed, await LeavesAsync(content));
    }

    [Fact]
    public async Task Ids_that_never_end_a_list_fill_it()
    {
        ChunkId[] ids = [.. Enumerable.Range(0, 70_000).Select(i => new ChunkId((UInt128)((2 * i) + 1)))];
        ContentRef content = await BuildAsync(ids);
        Assert.Equal(2, content.Chunks.Length);
        Assert.Equal(ids, await LeavesAsync(content));
    }

    [Fact]
    public async Task Ids_that_always_would_end_one_have_lists_of_256()
    {
        ChunkId[] ids = [.. Enumerable.Range(0, 1024).Select(i => new ChunkId((UInt128)(i * 1024)))];
        ContentRef content = await BuildAsync(ids);
        Assert.Equal(4, content.Chunks.Length);
        Assert.Equal(ids, await LeavesAsync(content));
    }

    private static ChunkId[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[count * ChunkId.Size];
        random.NextBytes(bytes);
        return [.. bytes.Chunk(ChunkId.Size).Select(id => ChunkId.Read(id))];
    }

    private async Task<ContentRef> BuildAsync(ChunkId[] ids)
    {
        ContentRefBuilder builder = new(_lists, inline: 4);
        foreach (ChunkId id in ids)
        {
            await builder.AddAsync(id, 1000, CancellationToken.None);
        }

        return await builder.CompleteAsync(CancellationToken.None);
    }

    private async Task<List<ChunkId>> LeavesAsync(ContentRef content)
    {
        List<ChunkId> leaves = [];
        await foreach ((ChunkId id, bool isList) in _lists.WalkAsync(content, CancellationToken.None))
        {
            if (!isList)
            {
                leaves.Add(id);
            }
        }

        return leaves;
    }
}
