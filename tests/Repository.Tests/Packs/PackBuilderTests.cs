using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Tests.Support;

namespace AlfrescoBackupFlows.Repository.Tests.Packs;

public sealed class PackBuilderTests : IDisposable
{
    private readonly KeyRing _keys = KeyRing.Generate(1);
    private readonly FrameCodec _codec = new();
    private readonly NativeBuffer _buffer = new(PackBuilder.ContentCapacity);

    [Theory]
    [InlineData(ChunkClass.Content)]
    [InlineData(ChunkClass.Index)]
    [InlineData(ChunkClass.Metadata)]
    public void Small_chunks_that_compress_share_no_frame_with_those_that_do_not(ChunkClass chunkClass)
    {
        FinishedPack pack = Build(chunkClass, FilesInTurn(200, 9000));
        Assert.All(
            pack.Directory.Chunks.GroupBy(chunk => chunk.Frame),
            frame => Assert.Single(frame.Select(IsText).Distinct())
        );
        Assert.All(
            pack.Directory.Chunks,
            chunk =>
            {
                FrameEntry frame = pack.Directory.Frames[chunk.Frame];
                Assert.Equal(IsText(chunk), frame.SealedLength < frame.PlainLength / 2);
            }
        );
    }

    [Fact]
    public void Chunks_are_named_in_the_order_of_their_frames_whichever_was_closed_first()
    {
        List<byte[]> files = [.. FilesInTurn(100, 9000), Content.Random(300_000, 1), .. FilesInTurn(100, 5000)];
        FinishedPack pack = Build(ChunkClass.Content, files);
        Assert.Equal(files.Count, pack.Directory.Chunks.Count);
        Assert.Equal(
            pack.Directory.Chunks.OrderBy(chunk => chunk.Frame).ThenBy(chunk => chunk.Offset),
            pack.Directory.Chunks
        );
        Assert.Equal(
            Enumerable.Range(0, pack.Directory.Frames.Count),
            pack.Directory.Chunks.Select(chunk => chunk.Frame).Distinct()
        );
    }

    [Fact]
    public void Chunks_of_a_dump_stay_together_whatever_they_hold()
    {
        FinishedPack pack = Build(ChunkClass.Dump, FilesInTurn(40, 6000));
        Assert.Single(pack.Directory.Frames);
    }

    /// <summary>What stands open in both frames counts: a pack must not outgrow its memory.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(3000)]
    [InlineData(200_000)]
    public void A_pack_does_not_exceed_its_length(int length)
    {
        const int Most = 17 << 20;
        using var builder = new PackBuilder(_keys, ChunkClass.Content, _buffer, _codec, target: Most);
        byte[] noise = Content.Random(length, 1);
        byte[] text = Content.Text(length, 1);
        int count = 0;
        for (; builder.Fits(length); count++)
        {
            builder.Add(new ChunkId((UInt128)count), count % 2 == 0 ? noise : text);
        }

        FinishedPack pack = builder.Finish();
        Assert.InRange(pack.Entry.Length, 1, Most);
        Assert.Equal(count, pack.Directory.Chunks.Count);
    }

    public void Dispose()
    {
        _codec.Dispose();
        _buffer.Free();
    }

    /// <summary>Text and noise in turn.</summary>
    private static List<byte[]> FilesInTurn(int count, int length) =>
        [.. Enumerable.Range(0, count).Select(i => i % 2 == 0 ? Content.Text(length, i) : Content.Random(length, i))];

    /// <summary>Files in turn have even and odd numbers, and their number is their id.</summary>
    private static bool IsText(DirectoryChunk chunk) => ((uint)chunk.Id.Value & 1) == 0;

    private FinishedPack Build(ChunkClass chunkClass, List<byte[]> files)
    {
        using var builder = new PackBuilder(_keys, chunkClass, _buffer, _codec);
        for (int i = 0; i < files.Count; i++)
        {
            builder.Add(new ChunkId((UInt128)i), files[i]);
        }

        return builder.Finish();
    }
}
