using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Tasks;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

public sealed class CaptureProgressTests
{
    private const long Mebi = 1024 * 1024;

    private readonly Counts _counts = new();

    [Fact]
    public void A_large_file_moves_the_counts_while_it_is_read_and_counts_once()
    {
        var progress = new CaptureProgress(_counts, "files");
        for (int i = 0; i < 64; i++)
        {
            progress.Read(Mebi);
            Assert.Equal((0, (i + 1) * Mebi), (_counts.Files, _counts.Bytes));
        }

        progress.Listed(64 * Mebi);
        progress.Report();

        Assert.Equal((1, 64 * Mebi), (_counts.Files, _counts.Bytes));
    }

    [Fact]
    public void A_file_that_was_read_twice_counts_in_its_length()
    {
        var progress = new CaptureProgress(_counts, "files");
        progress.Read(5 * Mebi);
        progress.Read(5 * Mebi);
        progress.Listed(5 * Mebi);

        progress.Listed(3 * Mebi); // needed no reading
        progress.Report();

        Assert.Equal((2, 8 * Mebi), (_counts.Files, _counts.Bytes));
    }

    private sealed class Counts : IProgressSink
    {
        public long Files { get; private set; }

        public long Bytes { get; private set; }

        public void Advance(string phase, long files, long bytes) => (Files, Bytes) = (Files + files, Bytes + bytes);

        public void Warn(string message) => throw new InvalidOperationException(message);
    }
}
