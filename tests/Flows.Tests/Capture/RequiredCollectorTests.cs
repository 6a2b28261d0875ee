using System.Collections.Frozen;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

public sealed class RequiredCollectorTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_size_that_no_file_can_have_is_no_part_of_the_total()
    {
        string properties = _directory.Combine("alfresco-global.properties");
        string root = Directory.CreateDirectory(_directory.Combine("alf_data")).FullName;
        await File.WriteAllTextAsync(
            properties,
            $"dir.root={root}\ndb.url=jdbc:postgresql://localhost/alfresco\ndb.username=alfresco\n",
            TestContext.Current.CancellationToken
        );
        var options = new InstallationOptions { Name = "sample", GlobalProperties = properties };
        using var collector = new RequiredCollector(
            Installation.Discover(options),
            AcknowledgedFiles.None,
            _directory.Path
        );
        await collector.Add(RequiredUrl.FromRow(1, "store://2026/a.bin"u8.ToArray(), "30"));
        await collector.Add(RequiredUrl.FromRow(2, "store://2026/b.bin"u8.ToArray(), "9223372036854775807"));
        await collector.Add(RequiredUrl.FromRow(3, "store://2026/c.bin"u8.ToArray(), "-1"));

        RequiredFiles list = Assert.Single(
            await collector.WriteListsAsync(
                new Discarded(),
                before: null,
                FrozenSet<long>.Empty,
                TestContext.Current.CancellationToken
            )
        );

        Assert.Equal((3, 30), (list.Files, list.Bytes));
    }

    /// <summary>Keeps nothing of what is written.</summary>
    private sealed class Discarded : IChunkWriter
    {
        public ValueTask<ChunkId> AddChunkAsync(
            ChunkClass chunkClass,
            ReadOnlyMemory<byte> plain,
            CancellationToken cancellationToken
        ) => ValueTask.FromResult(ChunkId.Read(new byte[ChunkId.Size]));

        public ContentStream CreateStream(ChunkClass chunkClass) => new DiscardedStream();

        public ulong SegmentHash(ReadOnlySpan<byte> path) => 0;
    }

    private sealed class DiscardedStream : ContentStream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public override Task<ContentRef> CompleteAsync(CancellationToken cancellationToken) =>
            Task.FromResult(new ContentRef(_length, 0, []));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => _length += count;
    }
}
