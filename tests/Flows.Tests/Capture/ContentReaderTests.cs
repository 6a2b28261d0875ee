using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

public sealed class ContentReaderTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly string _file;
    private int _readings;

    public ContentReaderTests()
    {
        _file = _directory.Combine("x.bin");
        File.WriteAllText(_file, "content");
    }

    [Fact]
    public async Task A_required_file_that_the_cleaner_moves_away_is_read_again_and_whole()
    {
        CapturedContent content = await ReadAsync(
            insists: true,
            after: reading =>
            {
                if (reading == 1)
                {
                    File.Move(_file, _directory.Combine("moved.bin"));
                }
            }
        );

        Assert.True(content.IsStable);
        Assert.Equal(OperatingSystem.IsWindows() ? 1 : 2, _readings);
    }

    [Fact]
    public async Task One_that_changes_every_time_stays_unstable()
    {
        CapturedContent content = await ReadAsync(insists: true, after: Grow);

        Assert.False(content.IsStable);
        Assert.Equal(3, _readings);
    }

    [Fact]
    public async Task One_that_nobody_requires_is_read_once()
    {
        CapturedContent content = await ReadAsync(insists: false, after: Grow);

        Assert.False(content.IsStable);
        Assert.Equal(1, _readings);
    }

    public void Dispose() => _directory.Dispose();

    private void Grow(int reading) => File.AppendAllText(_file, "more");

    /// <param name="after">What happens between the last byte and the look that follows it.</param>
    private async Task<CapturedContent> ReadAsync(bool insists, Action<int> after)
    {
        using SourceTree tree = SourceTree.Open(_directory.Path);
        var reader = new ContentReader(
            new DelayedWriter(() => after(++_readings)),
            ChunkClass.Content,
            StepBudget.Unlimited(TimeProvider.System),
            new CaptureProgress(new Silence(), "files")
        );
        return (
            await reader.TryReadAsync(
                tree,
                "x.bin"u8.ToArray(),
                followLinks: false,
                insists,
                TestContext.Current.CancellationToken
            )
        )!;
    }

    /// <summary>Reads a stream to its end, and keeps the reader waiting for something else.</summary>
    private sealed class DelayedWriter(Action after) : IContentWriter
    {
        public async Task<ContentRef> WriteAsync(
            ChunkClass chunkClass,
            Stream bytes,
            CancellationToken cancellationToken
        )
        {
            using var copy = new MemoryStream();
            await bytes.CopyToAsync(copy, cancellationToken);
            after();
            return new ContentRef(copy.Length, 0, [default]);
        }
    }
}
