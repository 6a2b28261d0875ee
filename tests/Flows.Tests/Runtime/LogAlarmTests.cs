using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Runtime;

public sealed class LogAlarmTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_planted_in_the_log_while_a_process_lives_is_said_once_a_day_and_when_it_is_gone()
    {
        using var directory = new TempDirectory();
        var options = new BackupOptions { State = directory.Combine("state") };
        options.Repository.Encryption = "none";
        StateDirectory.Prepare(options.State);
        var blobs = new MemoryBlobStore();
        await BackupRepository.InitAsync(blobs, new RepositoryInit("none", null, "test", TimeProvider.System), _token);
        var lines = new EventLines(nameof(SharedRepository));
        var time = new FakeTimeProvider();
        var alarms = new StandingAlarms(time);
        await LookAsync();
        Assert.Empty(lines.Said);

        await blobs.PutAsync("log/999999999998", new byte[200], _token);
        await LookAsync();
        time.Advance(TimeSpan.FromHours(1));
        await LookAsync();
        Assert.Equal([(LogLevel.Warning, "LogAlarm")], lines.Said);
        Assert.Contains("log/999999999998", lines.Last);

        time.Advance(TimeSpan.FromHours(23));
        await LookAsync();
        Assert.Equal(2, lines.Said.Count);

        await blobs.DeleteAsync("log/999999999998", _token);
        await LookAsync();
        await LookAsync();
        Assert.Equal((LogLevel.Warning, "LogAlarmOver"), lines.Said[^1]);
        Assert.Equal(3, lines.Said.Count);

        await blobs.PutAsync("log/999999999998", new byte[200], _token);
        await LookAsync();
        Assert.Equal(4, lines.Said.Count);

        // A server opens the repository for each run, and looks at the log more than once.
        async Task LookAsync()
        {
            await using var environment = new FlowEnvironment(
                new LoadedOptions(options, null, null, []),
                new RepositoryStores(blobs, new MemoryBlobStore()),
                TimeProvider.System,
                lines
            )
            {
                Alarms = alarms,
            };
            await environment.Repository.RereadLogAsync(_token);
            await environment.Repository.RereadLogAsync(_token);
        }
    }
}
