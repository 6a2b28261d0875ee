using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Notifications;

/// <summary>What the hourly look of both hosts tells, on a repository in memory.</summary>
public sealed class RepositoryLookTests : IAsyncLifetime
{
    private readonly NotificationBench _bench = new();
    private readonly TempDirectory _directory = new();
    private readonly MemoryBlobStore _blobs = new();
    private bool _isAway;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        await BackupRepository.InitAsync(_blobs, new RepositoryInit("none", null, "first", TimeProvider.System), Token);

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        _bench.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_repository_that_cannot_be_reached_is_told_and_so_is_its_return()
    {
        await using FlowEnvironment host = NewHost();
        _isAway = true;
        Assert.NotNull(await LookAsync(host));
        Assert.NotNull(await LookAsync(host));
        _isAway = false;
        Assert.Null(await LookAsync(host));

        Assert.Equal([("storage", "problem"), ("storage", "over")], Told());
    }

    [Fact]
    public async Task A_log_that_was_cut_is_an_alarm_for_a_host_that_saw_more_of_it()
    {
        await using FlowEnvironment host = NewHost();
        await using (BackupRepository repository = await OpenAsync())
        {
            await repository.Log.OpenRunAsync(RunId.Create(DateTimeOffset.UnixEpoch, Guid.NewGuid()), "acme", Token);
        }

        Assert.Null(await LookAsync(host));
        string newest = (await _blobs.ListAsync("log/", Token).ToListAsync(Token))[^1].Name;
        await _blobs.DeleteAsync(newest, Token);

        string? fault = await LookAsync(host);

        (string? about, string? state, string? message) = Assert.Single(_bench.Told);
        Assert.Equal(("repository", "problem"), (about, state));
        Assert.NotNull(message);
        Assert.True(fault is null || fault == message, fault);
    }

    [Fact]
    public async Task The_age_and_a_summary_are_told_when_their_time_has_come_and_once()
    {
        await using FlowEnvironment host = NewHost();
        (host.Options.Notify.MaxAge, host.Options.Notify.Summary) = (TimeSpan.FromHours(36), "0 7 * * 1");
        await LookAsync(host);
        Assert.Equal([("age", "problem")], Told());

        _bench.Pass(TimeSpan.FromDays(7));
        await LookAsync(host);
        await LookAsync(host);

        Assert.Equal([("age", "problem"), ("age", "problem"), ("summary", "ok")], Told());
        Assert.StartsWith("Sets of the last 7 days: 0, 0 of them consistent.\n", _bench.Told.Last().Item3);
    }

    private IEnumerable<(string?, string?)> Told() => _bench.Told.Select(told => (told.Item1, told.Item2));

    /// <summary>As another process each time.</summary>
    private async Task<string?> LookAsync(FlowEnvironment host)
    {
        using Notifier notifier = _bench.NewNotifier(asHosts: true);
        return await new RepositoryLook(host, notifier).LookAsync(Token);
    }

    private Task<BackupRepository> OpenAsync() =>
        BackupRepository.OpenAsync(
            _blobs,
            new RepositoryAccess("none", null, _directory.Combine("cache"), TimeProvider.System),
            Token
        );

    private FlowEnvironment NewHost()
    {
        var options = new BackupOptions { State = Directory.CreateDirectory(_directory.Combine("state")).FullName };
        (options.Installation.Name, options.Installation.TimeZone) = ("acme", "Etc/UTC");
        (options.Repository.Encryption, options.Repository.Url) = (
            "none",
            "https://acme.blob.core.windows.net/backups"
        );
        var blobs = new FaultInjectingBlobStore(
            _blobs,
            _ => _isAway ? new BlobFault { FailBefore = true, Permanent = true } : null
        );
        return new FlowEnvironment(
            new LoadedOptions(options, null, null, []),
            new RepositoryStores(blobs, new MemoryBlobStore()),
            _bench.Time,
            NullLoggerFactory.Instance
        );
    }
}
