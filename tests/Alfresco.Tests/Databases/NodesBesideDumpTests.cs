using AlfrescoBackupFlows.Alfresco.Databases;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

public sealed class NodesBesideDumpTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 4)]
    [InlineData(600, 10)]
    public async Task A_finished_dump_waits_for_a_reader_as_long_as_it_took_and_at_most_ten_minutes(
        int dumpMinutes,
        int waitMinutes
    )
    {
        var time = new FakeTimeProvider();
        var rows = new GuardedRows(new HookedRows());
        bool wasTold = false;
        await using var beside = new NodesBesideDump(
            rows,
            async token =>
            {
                await using var told = token.Register(() => wasTold = true);
                await Task.Delay(Timeout.Infinite, token);
            },
            time
        );
        beside.OnBytes();
        time.Advance(TimeSpan.FromMinutes(dumpMinutes));
        Task finish = beside.FinishAsync(Cancel);
        time.Advance(TimeSpan.FromMinutes(waitMinutes) - TimeSpan.FromTicks(1));
        Assert.False(finish.IsCompleted);
        time.Advance(TimeSpan.FromTicks(1));
        await finish;
        Assert.Contains($"not read {waitMinutes} min after the dump", rows.Fault, StringComparison.Ordinal);
        await beside.DisposeAsync();
        Assert.True(wasTold);
    }

    [Fact]
    public async Task Whatever_a_reader_throws_is_a_reason_without_a_catalogue_and_no_fault()
    {
        var rows = new GuardedRows(new HookedRows());
        await using var beside = new NodesBesideDump(
            rows,
            static _ => throw new NotSupportedException("odd\nanswer"),
            TimeProvider.System
        );
        beside.OnBytes();
        await beside.FinishAsync(Cancel);
        Assert.Equal("NotSupportedException: odd\\u000aanswer", rows.Fault);
    }

    [Fact]
    public async Task Whoever_stops_a_run_does_not_wait_for_the_reader()
    {
        using var stop = new CancellationTokenSource();
        var rows = new GuardedRows(new HookedRows());
        await using var beside = new NodesBesideDump(
            rows,
            static token => Task.Delay(Timeout.Infinite, token),
            new FakeTimeProvider()
        );
        beside.OnBytes();
        Task finish = beside.FinishAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => finish);
    }
}
