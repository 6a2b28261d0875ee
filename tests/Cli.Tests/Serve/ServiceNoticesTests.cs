using AlfrescoBackupFlows.Cli.Serve;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using Microsoft.Extensions.Hosting.Systemd;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Serve;

public sealed class ServiceNoticesTests
{
    [Theory]
    [InlineData("300000000", null, 300)]
    [InlineData("300000000", "7", 300)]
    [InlineData("300000000", "8", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void The_watchdog_is_that_of_this_process(string? microseconds, string? process, int? seconds)
    {
        TimeSpan? interval = ServiceNotices.WatchdogInterval(
            name => name == "WATCHDOG_USEC" ? microseconds : process,
            processId: 7
        );

        Assert.Equal(seconds, (int?)interval?.TotalSeconds);
    }

    [Fact]
    public async Task The_watchdog_hears_nothing_while_an_engine_hangs_and_again_when_it_turns()
    {
        using InProcess process = await InProcess.CreateAsync();
        using var stop = new CancellationTokenSource();
        var heard = new HeardNotices();
        List<int> toldAt = [];
        int looks = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new ServiceNotices(heard).WatchAsync(
                process.Context,
                TimeSpan.FromMilliseconds(2),
                _ =>
                {
                    toldAt.Add(heard.States.Count);
                    if (++looks == 5)
                    {
                        stop.Cancel();
                    }

                    return looks is 1 or 4;
                },
                stop.Token
            )
        );

        Assert.Equal([0, 1, 1, 1, 2], toldAt);
        Assert.All(heard.States, state => Assert.Equal("WATCHDOG=1", state));
        // It hung twice, and was said to twice, however often it was looked at.
        Assert.Equal(
            2,
            process.Said.Split('\n').Count(line => line.Contains("a run has not moved", StringComparison.Ordinal))
        );
    }

    private sealed class HeardNotices : ISystemdNotifier
    {
        public List<string> States { get; } = [];

        public bool IsEnabled => true;

        public void Notify(ServiceState state) => States.Add(state.ToString());
    }
}
