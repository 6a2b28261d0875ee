using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Log;

namespace AlfrescoBackupFlows.Repository.Tests.Format;

/// <summary>Random bytes, and valid ones with a few changed, through every parser of plain bytes: a value or damage, no
/// other error.</summary>
public sealed class ParserFuzzTests
{
    private const int Rounds = 4000;

    [Fact]
    public Task Segments() => Fuzz(Segment(), bytes => SegmentDecoder.Decode(bytes, "a segment"));

    [Fact]
    public Task Indexes() =>
        Fuzz(
            ChunkIndexTable.Encode([
                new ChunkPlace(
                    Samples.Chunk(1),
                    new PackEntry(new PackId(9), 5000, ChunkClass.Content),
                    Frame: 0,
                    FrameOffset: 64,
                    SealedLength: 100,
                    Offset: 0,
                    Length: 50
                ),
            ]),
            bytes => ChunkIndexTable.Decode(bytes, "index/x")
        );

    [Fact]
    public Task Pages() =>
        Fuzz(
            PageContent.Encode(
                new InstallationStamp("acme", "f"),
                LogJson.Default.InstallationStamp,
                [new ChunkIndexBlob(new ChunkIndexId(5), 7)],
                new ChunkIndexRows()
            ),
            bytes => PageContent.Decode(bytes, "runs/x").Result(LogJson.Default.InstallationStamp)
        );

    [Theory]
    [InlineData("set", 5)]
    [InlineData("run-open", 6)]
    [InlineData("keys-state", 64)]
    public Task Log_entries(string golden, long sequence) =>
        Fuzz(File.ReadAllBytes(LogGoldenTests.PathOf(golden)), bytes => LogJson.Read(bytes, sequence));

    [Fact]
    public Task Streams_of_listings() =>
        FuzzStream(
            [1, 1, (byte)'a', 1, (byte)'b', .. new byte[16], 2, 1, 5],
            (chunks, content) =>
                new ListingReader(chunks, content).ReadRowsAsync(PathRange.All, CancellationToken.None).ToListAsync()
        );

    [Fact]
    public Task Lists_of_required_files() =>
        FuzzStream(
            [1, 0, 3, (byte)'a', (byte)'/', (byte)'b', 5, 9, 1, 2, (byte)'/', (byte)'c', 0, 7],
            (chunks, content) => new RequiredListReader(chunks, content).ReadAsync(CancellationToken.None).ToListAsync()
        );

    private static byte[] Segment()
    {
        SegmentBuilder segment = new();
        segment.Add(Samples.Folder(string.Empty));
        segment.Add(Samples.File("a/b", 1));
        segment.Add(Samples.File("a/c", 2, 0));
        return segment.Encode();
    }

    private static Task FuzzStream<T>(byte[] valid, Func<IChunkSource, ContentRef, ValueTask<T>> read) =>
        FuzzAsync(
            valid,
            async bytes =>
            {
                MemoryChunks chunks = new();
                chunks.Chunks[Samples.Chunk(0)] = bytes;
                await read(chunks, new ContentRef(bytes.Length, 0, [Samples.Chunk(0)]));
            }
        );

    private static Task Fuzz(byte[] valid, Action<byte[]> parse) =>
        FuzzAsync(
            valid,
            bytes =>
            {
                parse(bytes);
                return ValueTask.CompletedTask;
            }
        );

    private static async Task FuzzAsync(byte[] valid, Func<byte[], ValueTask> parse)
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        await parse(valid);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = round % 4 == 0 ? new byte[random.Next(200)] : [.. valid];
            if (round % 4 == 0)
            {
                random.NextBytes(bytes);
            }

            for (int i = random.Next(1, 5); i > 0 && bytes.Length > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            bytes = round % 5 == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
            try
            {
                await parse(bytes);
            }
            catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
            {
                // Damage: what a reader must say.
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(
                    $"seed {seed}, round {round}: {Convert.ToHexString(bytes)}",
                    exception
                );
            }
        }
    }
}
