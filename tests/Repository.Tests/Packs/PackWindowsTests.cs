using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Packs;

public sealed class PackWindowsTests
{
    private const int Frame = 50_000;
    private const int Frames = 200;

    /// <summary>As the ranges of a root read a listing and a list, with frames of something else between.</summary>
    [Fact]
    public async Task Streams_side_by_side_take_a_few_requests_each()
    {
        const int Streams = 8;
        const int Step = Frame + 10_000;
        (CountingBlobStore store, PackEntry pack, byte[] bytes) = await StoreAsync(ChunkClass.Metadata);
        PackWindows windows = new(store);

        int each = (bytes.Length - Frame) / Streams;
        for (int i = 0; (i + 1) * Step < each; i++)
        {
            for (int stream = 0; stream < Streams; stream++)
            {
                int offset = (stream * each) + (i * Step);
                ReadOnlyMemory<byte> read = await windows.ReadAsync(pack, offset, Frame, CancellationToken.None);
                Assert.True(read.Span.SequenceEqual(bytes.AsSpan(offset, Frame)));
            }
        }

        Assert.InRange(store.Count(BlobVerb.Read), Streams, Streams * 4);
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(1 << 20, 16)]
    [InlineData(16 << 20, 9)]
    [InlineData(32 << 20, 6)]
    [InlineData(64 << 20, 6)]
    public async Task A_store_that_prefers_short_blobs_is_read_in_short_windows(int preferred, int requests)
    {
        (CountingBlobStore store, PackEntry pack, byte[] bytes) = await StoreAsync(ChunkClass.Metadata, frames: 80);
        PackWindows windows = new(new PreferringStore(store, preferred));

        for (int offset = 0; offset < bytes.Length; offset += Frame)
        {
            ReadOnlyMemory<byte> read = await windows.ReadAsync(pack, offset, Frame, CancellationToken.None);
            Assert.True(read.Span.SequenceEqual(bytes.AsSpan(offset, Frame)));
        }

        Assert.Equal(requests, store.Count(BlobVerb.Read));
    }

    [Fact]
    public async Task A_small_pack_of_metadata_is_one_request()
    {
        (CountingBlobStore store, PackEntry pack, byte[] bytes) = await StoreAsync(ChunkClass.Metadata, frames: 20);
        PackWindows windows = new(store);

        await windows.ReadHeaderAsync(pack, bytes.Length, CancellationToken.None);
        foreach (int frame in (int[])[19, 3, 11])
        {
            ReadOnlyMemory<byte> read = await windows.ReadAsync(pack, frame * Frame, Frame, CancellationToken.None);
            Assert.True(read.Span.SequenceEqual(bytes.AsSpan(frame * Frame, Frame)));
        }

        Assert.Equal(1, store.Count(BlobVerb.Read));
    }

    [Fact]
    public async Task Of_content_no_more_is_read_than_is_wanted()
    {
        (CountingBlobStore store, PackEntry pack, _) = await StoreAsync(ChunkClass.Content);
        PackWindows windows = new(store);

        await windows.ReadAsync(pack, 3 * Frame, Frame, CancellationToken.None);

        Assert.Equal(Frame, store.BytesDown);
    }

    [Fact]
    public async Task The_end_of_a_pack_that_is_gone_takes_nothing_with_it_that_is_there()
    {
        (_, PackEntry pack, byte[] bytes) = await StoreAsync(ChunkClass.Metadata);
        MemoryBlobStore cut = new();
        await cut.PutIfAbsentAsync(pack.Id.BlobName, bytes.AsMemory(0, (2 * Frame) + 1), CancellationToken.None);
        PackWindows windows = new(cut);

        await windows.ReadHeaderAsync(pack, Frame, CancellationToken.None);
        ReadOnlyMemory<byte> read = await windows.ReadAsync(pack, Frame, Frame, CancellationToken.None);

        Assert.True(read.Span.SequenceEqual(bytes.AsSpan(Frame, Frame)));
        PermanentException damage = await Assert.ThrowsAsync<PermanentException>(async () =>
            await windows.ReadAsync(pack, 2 * Frame, Frame, CancellationToken.None)
        );
        Assert.Contains("shorter", damage.Message, StringComparison.Ordinal);
    }

    private static async Task<(CountingBlobStore Store, PackEntry Pack, byte[] Bytes)> StoreAsync(
        ChunkClass chunkClass,
        int frames = Frames
    )
    {
        byte[] bytes = new byte[Frame * frames];
        new Random(7).NextBytes(bytes);
        PackEntry pack = new(PackId.Draw(chunkClass), bytes.Length, chunkClass);
        CountingBlobStore store = new(new MemoryBlobStore());
        await store.PutIfAbsentAsync(pack.Id.BlobName, bytes, CancellationToken.None);
        return (store, pack, bytes);
    }
}
