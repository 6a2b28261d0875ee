using System.Collections.Concurrent;
using AlfrescoBackupFlows.Platform.Files;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

public sealed class BlockingCallsTests
{
    [Fact]
    public void Calls_wait_together_and_each_is_made_once()
    {
        ConcurrentQueue<int> made = [];
        using Barrier together = new(2);

        BlockingCalls.ForEach(
            [.. Enumerable.Range(0, 100)],
            item =>
            {
                if (item < 2)
                {
                    // Passes only where another waits at the same time.
                    Assert.True(together.SignalAndWait(TimeSpan.FromMinutes(1)));
                }

                made.Enqueue(item);
            }
        );

        Assert.Equal(Enumerable.Range(0, 100), made.Order());
        BlockingCalls.ForEach<int>([], _ => Assert.Fail());
    }

    [Fact]
    public void A_call_that_fails_is_told_once_the_others_are_made()
    {
        ConcurrentQueue<int> made = [];

        IOException fault = Assert.Throws<IOException>(() =>
            BlockingCalls.ForEach(
                [.. Enumerable.Range(0, 100)],
                item =>
                {
                    if (item == 3)
                    {
                        throw new IOException("the disk is gone");
                    }

                    made.Enqueue(item);
                }
            )
        );

        Assert.Equal("the disk is gone", fault.Message);
        Assert.Equal(Enumerable.Range(0, 100).Where(item => item != 3), made.Order());
    }
}
