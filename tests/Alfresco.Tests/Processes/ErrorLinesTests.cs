using AlfrescoBackupFlows.Alfresco.Processes;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Processes;

public sealed class ErrorLinesTests
{
    /// <summary>Everything is at hand, so it is read on this one thread, whose memory can be counted.</summary>
    [Fact]
    public async Task A_line_without_an_end_takes_no_memory()
    {
        ErrorLines lines = new();
        using OneLine text = new(40_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Task reading = lines.ReadAsync(text);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(reading.IsCompleted);
        await reading;

        Assert.Equal([new string('x', 2_000)], lines.Last);
        Assert.InRange(taken, 0, 1_000_000);
    }

    private sealed class OneLine(int length) : TextReader
    {
        private int _left = length;

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
        {
            int count = Math.Min(buffer.Length, _left);
            _left -= count;
            buffer.Span[..count].Fill('x');
            return ValueTask.FromResult(count);
        }
    }
}
