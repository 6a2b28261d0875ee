using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Chunks;

public sealed class ReadManyTests
{
    [Fact]
    public async Task Chunks_in_any_order_come_with_their_bytes_and_every_byte_of_a_pack_once()
    {
        CountingBlobStore store = new(new MemoryBlobStore());
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(store);
        byte[][] contents =
        [
            .. Enumerable.Range(0, 2000).Select(i => i % 2 == 0 ? Content.Text(900, i) : Content.Random(1024, i)),
            Content.Random(300_000, 1),
            Content.Text(5_000_000, 2),
            Content.Random(1 << 20, 3),
        ];
        ChunkId[] ids = await StoreAsync(opened, contents);

        // Backwards, and some of them twice.
        int[] wanted = [.. Enumerable.Range(0, ids.Length).Reverse(), 5, ids.Length - 1];
        (long requests, long bytes) = (store.Count(BlobVerb.Read), store.BytesDown);
        Dictionary<int, byte[]> read = await ReadAsync(opened, [.. wanted.Select(i => ids[i])], []);

        Assert.Equal(wanted.Length, read.Count);
        Assert.All(read, chunk => Assert.Equal(contents[wanted[chunk.Key]], chunk.Value));
        long packs = 0;
        foreach (string name in await opened.NamesAsync("packs/"))
        {
            packs += (await store.GetPropertiesAsync(name, CancellationToken.None))!.Length;
        }

        Assert.InRange(store.BytesDown - bytes, 1, packs + 1000);
        Assert.InRange(store.Count(BlobVerb.Read) - requests, 1, 4);
    }

    [Fact]
    public async Task What_is_damaged_or_unknown_is_named_and_takes_nothing_else_along()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        ChunkId[] first = await StoreAsync(opened, [Content.Random(300_000, 1), Content.Random(400_000, 2)], "a");
        string pack = Assert.Single(await opened.NamesAsync("packs/"));
        ChunkId[] second = await StoreAsync(opened, [Content.Random(5000, 3)], "b");
        byte[] bytes = new byte[710_000];
        int length = (await opened.Blobs.ReadAsync(pack, 0, bytes, CancellationToken.None))!.Value;
        bytes[200_000] ^= 1;
        await opened.Blobs.DeleteAsync(pack, CancellationToken.None);
        await opened.Blobs.PutIfAbsentAsync(pack, bytes.AsMemory(0, length), CancellationToken.None);

        ChunkId unknown = new(42);
        Dictionary<int, byte[]> read = await ReadAsync(opened, [first[0], unknown, first[1], second[0]], [0, 1]);
        Assert.Equal(Content.Random(400_000, 2), read[2]);
        Assert.Equal(Content.Random(5000, 3), read[3]);

        await opened.Blobs.DeleteAsync(pack, CancellationToken.None);
        read = await ReadAsync(opened, [first[0], first[1], second[0]], [0, 1]);
        Assert.Equal(Content.Random(5000, 3), read[2]);
    }

    [Fact]
    public async Task Groups_hold_every_chunk_once_and_each_is_read_with_one_request()
    {
        CountingBlobStore store = new(new MemoryBlobStore());
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(store);
        ChunkId[] ids =
        [
            .. await StoreAsync(opened, [.. Enumerable.Range(0, 20).Select(i => Content.Random(1 << 20, i))], "a"),
            .. await StoreAsync(opened, [.. Enumerable.Range(0, 500).Select(i => Content.Random(500, 100 + i))], "b"),
        ];
        ChunkId unknown = new(42);
        IChunkSource chunks = opened.OpenReader();
        ChunkId[] wanted = [.. ids.Reverse(), unknown, ids[3]];

        IReadOnlyList<IReadOnlyList<int>> groups = chunks.Arrange(wanted);

        Assert.Equal(Enumerable.Range(0, wanted.Length), groups.SelectMany(group => group).Order());
        Assert.Equal([wanted.Length - 2], groups[^1]);
        Assert.InRange(groups.Count, 5, 7);
        foreach (IReadOnlyList<int> group in groups.SkipLast(1))
        {
            long requests = store.Count(BlobVerb.Read);
            long bytes = 0;
            IReadOnlyList<int> notRead = await chunks.ReadManyAsync(
                [.. group.Select(number => wanted[number])],
                ChunkClass.Content,
                (_, chunk) => bytes += chunk.Length,
                CancellationToken.None
            );

            Assert.Empty(notRead);

            // Eight and what is wanted twice.
            Assert.InRange(bytes, 1, 9 << 20);

            // The first of a pack that does not begin at its start reads the header by itself.
            Assert.InRange(store.Count(BlobVerb.Read) - requests, 1, 2);
        }
    }

    private static async Task<ChunkId[]> StoreAsync(OpenedRepository opened, byte[][] contents, string page = "a")
    {
        List<ContentRef> stored = [];
        await using (RunWriter writer = opened.OpenWriter(page))
        {
            foreach (byte[] content in contents)
            {
                stored.Add(await writer.WriteAsync(ChunkClass.Content, content));
            }

            PageResult result = new("me", stored[0]);
            await writer.CommitPageAsync(result, TestJson.Default.PageResult, CancellationToken.None);
        }

        await opened.ReloadAsync();
        return [.. stored.Select(content => Assert.Single(content.Chunks))];
    }

    private static async Task<Dictionary<int, byte[]>> ReadAsync(OpenedRepository opened, ChunkId[] ids, int[] notRead)
    {
        Dictionary<int, byte[]> read = [];
        IReadOnlyList<int> failed = await opened
            .OpenReader()
            .ReadManyAsync(
                ids,
                ChunkClass.Content,
                (number, chunk) => read.Add(number, chunk.ToArray()),
                CancellationToken.None
            );
        Assert.Equal(notRead, failed.Order());
        return read;
    }
}
