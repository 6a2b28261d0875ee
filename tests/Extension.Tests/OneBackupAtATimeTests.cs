using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Functions.Triggers;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Extension.Tests;

/// <summary>Backups that the timer and the API start in one task hub.</summary>
public sealed class OneBackupAtATimeTests : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly MemoryBlobStore _control = new();
    private readonly ManualResetEventSlim _goOn = new();
    private readonly StandIns _standIns = new();
    private readonly FlowEnvironment _environment;
    private readonly Notifier _notifier;
    private TestEngine _engine = null!;

    public OneBackupAtATimeTests()
    {
        _environment = new FlowEnvironment(
            new LoadedOptions(new BackupOptions(), null, null, []),
            new RepositoryStores(_control, _control),
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        _notifier = new Notifier(
            _environment.Options.Notify,
            "acme",
            new ControlDocuments(_control),
            text => text,
            TimeProvider.System,
            Assert.Fail
        );
    }

    private DurableInstances Instances => new(_engine.Client, _control);

    private NightlyBackup Timer =>
        new(
            new BackupApi(_environment),
            _environment.Stores,
            TimeProvider.System,
            new FlowNotifications(_notifier),
            NullLogger<NightlyBackup>.Instance
        );

    public async ValueTask InitializeAsync()
    {
        _standIns.Dump = _ => _goOn.Wait(_token);
        _engine = await TestEngine.OpenAsync(_standIns.Register, BackupTasks.Converter);
    }

    [Fact]
    public async Task The_timer_starts_nothing_while_a_backup_is_on_and_the_next_one_after_it()
    {
        await Timer.StartAsync(Instances, _token);
        await Timer.StartAsync(Instances, _token);
        InstanceState first = Assert.Single(await Instances.ListAsync(nameof(HotBackupFlow), _token));

        _goOn.Set();
        Assert.Equal(RuntimeStatus.Completed, (await _engine.WaitForEndAsync(first.Id, _token)).Status);
        await Timer.StartAsync(Instances, _token);

        IReadOnlyList<InstanceState> all = await Instances.ListAsync(nameof(HotBackupFlow), _token);
        Assert.Equal(2, all.Count);
        Assert.Equal(first.Id, all[^1].Id);
    }

    [Fact]
    public async Task Of_starts_on_several_hosts_at_the_same_moment_one_wins_and_the_others_are_told_which()
    {
        string?[] started = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => new BackupApi(_environment).TryStartBackupAsync(Instances, _token))
        );

        Assert.Single(started, run => run is not null);
        Assert.Single(await Instances.ListAsync(nameof(HotBackupFlow), _token));
    }

    [Fact]
    public async Task An_instance_is_found_raised_at_and_told_as_it_ended()
    {
        HotBackupInput input = HotBackupInput.Create(
            TimeProvider.System.GetUtcNow(),
            Guid.NewGuid(),
            acceptContentLoss: true,
            []
        );
        string json = BackupTasks.Converter.Write(input);
        string run = input.Run.ToString();
        Assert.True(await Instances.TryStartAsync(nameof(HotBackupFlow), json, run, _token));
        Assert.Equal(
            (InstancePhase.Running, json),
            (await Instances.FindAsync(run, _token)) is { } on ? (on.Phase, on.Input) : default
        );

        Assert.True(await Instances.TryRaiseEventAsync(run, FlowEvents.Cancel, "{}", _token));
        _goOn.Set(); // Durable Task ends no orchestration while an activity of it is running.
        await _engine.WaitForEndAsync(run, _token);

        InstanceState ended = (await Instances.FindAsync(run, _token))!;
        Assert.Equal((InstancePhase.Failed, ErrorKind.Cancelled), (ended.Phase, ended.Failure!.Kind));
        Assert.False(await Instances.TryRaiseEventAsync(run, FlowEvents.Cancel, "{}", _token));
        Assert.Null(await Instances.FindAsync("20200101T000000Z-00000000", _token));
    }

    [Fact]
    public async Task What_ended_a_month_ago_is_removed_and_nothing_else()
    {
        _goOn.Set();
        await Timer.StartAsync(Instances, _token);
        InstanceState run = Assert.Single(await Instances.ListAsync(nameof(HotBackupFlow), _token));
        await _engine.WaitForEndAsync(run.Id, _token);

        await OldRuns.PurgeAsync(_engine.Client, run.Created.AddDays(29), _token);
        Assert.NotNull(await Instances.FindAsync(run.Id, _token));
        await OldRuns.PurgeAsync(_engine.Client, run.Created.AddDays(31), _token);
        Assert.Null(await Instances.FindAsync(run.Id, _token));
    }

    public async ValueTask DisposeAsync()
    {
        _goOn.Set();
        await _engine.DisposeAsync();
        await _environment.DisposeAsync();
        _notifier.Dispose();
        _standIns.Dispose();
    }
}
