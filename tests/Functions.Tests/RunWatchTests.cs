using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Tests.Notifications;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>What the cloud host tells of runs, by looks at its task hub; each look is as another host.</summary>
public sealed class RunWatchTests : IDisposable
{
    private static readonly RunId Run = RunId.Create(DateTimeOffset.UnixEpoch, Guid.Empty);

    private readonly HttpStandIn _server = new();
    private readonly MemoryBlobStore _control = new();
    private readonly ListedInstances _hub = new();
    private readonly NotifyOptions _options = new();
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public RunWatchTests()
    {
        _options.Ping.Url = $"{_server.Url}/ping";
        _options.Webhook.Url = new Secret($"{_server.Url}/hook");
    }

    private IEnumerable<string> Told =>
        _server.Seen.Select(seen =>
            seen.Path.StartsWith("/ping", StringComparison.Ordinal)
                ? seen.Path
                : $"{Text(seen, "event")} {Text(seen, "state")} {Text(seen, "message")}"
        );

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_run_is_told_when_it_began_and_when_it_ended_once_by_whichever_host()
    {
        await LookAsync();
        _hub.Set(nameof(HotBackupFlow), Run.ToString(), InstancePhase.Running);
        await LookAsync();
        await LookAsync();
        _hub.Set(nameof(HotBackupFlow), Run.ToString(), InstancePhase.Failed, Away(ErrorKind.Source));
        await LookAsync();
        await LookAsync();

        Assert.Equal(["/ping/start", "/ping/fail", "backup problem no route"], Told.Order(PingsFirst));
    }

    [Fact]
    public async Task Trouble_is_over_for_the_next_host_as_well()
    {
        await LookAsync();
        _hub.Set(nameof(DrillFlow), "drill-1", InstancePhase.Failed, Away(ErrorKind.Target));
        _hub.Set(nameof(VerifyFlow), "verify-1", InstancePhase.Failed, Away(ErrorKind.Storage));
        _hub.Set(nameof(HotBackupFlow), Run.ToString(), InstancePhase.Failed, Away(ErrorKind.Repository));
        await LookAsync();
        _hub.Set(nameof(HotBackupFlow), "20260102T000000Z-1a2b3c4d", InstancePhase.Completed);
        await LookAsync();

        Assert.Equal(
            [
                "backup over no route",
                "backup problem no route",
                "drill problem no route",
                "repository problem no route",
                "verification problem no route",
            ],
            Told.Where(told => told[0] != '/').Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Of_what_ended_before_anybody_watched_the_last_run_alone_is_told()
    {
        _hub.Set(nameof(HotBackupFlow), "20260101T000000Z-1a2b3c4d", InstancePhase.Failed, Away(ErrorKind.Source));
        _hub.Set(nameof(HotBackupFlow), "20260102T000000Z-1a2b3c4d", InstancePhase.Completed);

        await LookAsync();

        Assert.Equal(["/ping/start", "/ping"], Told);
    }

    [Fact]
    public async Task A_prune_a_mirror_and_a_restore_of_the_API_that_fail_are_told()
    {
        await LookAsync();
        _hub.Set(nameof(PruneFlow), "prune-1", InstancePhase.Failed, Away(ErrorKind.Storage));
        _hub.Set(nameof(MirrorTargetFlow), "mirror-1", InstancePhase.Failed, Away(ErrorKind.Storage));
        _hub.Set(nameof(RestoreFlow), "restore-1", InstancePhase.Failed, Away(ErrorKind.Target));
        await LookAsync();
        await LookAsync();

        Assert.Equal(
            ["mirror problem no route", "restore problem no route", "retention problem no route"],
            Told.Order(StringComparer.Ordinal)
        );
    }

    /// <summary>What an older version has not watched is looked at from here on.</summary>
    [Fact]
    public async Task Of_a_flow_that_was_not_watched_before_the_last_run_alone_is_told()
    {
        await _control.PutAsync(
            "notified/acme.runs.json",
            Encoding.UTF8.GetBytes($$"""{"{{Run}}":"ended"}"""),
            TestContext.Current.CancellationToken
        );
        _hub.Set(nameof(HotBackupFlow), Run.ToString(), InstancePhase.Failed, Away(ErrorKind.Source));
        _hub.Set(nameof(PruneFlow), "prune-1", InstancePhase.Failed, Away(ErrorKind.Storage));
        _hub.Set(nameof(PruneFlow), "prune-2", InstancePhase.Completed);
        await LookAsync();
        Assert.Empty(Told);

        _hub.Set(nameof(PruneFlow), "prune-3", InstancePhase.Failed, Away(ErrorKind.Storage));
        await LookAsync();

        Assert.Equal(["retention problem no route"], Told);
    }

    /// <summary>Versions before this one wrote down the runs alone.</summary>
    [Fact]
    public async Task What_an_earlier_version_told_is_not_told_again_and_what_ended_during_the_update_is()
    {
        await _control.PutAsync(
            "notified/acme.runs.json",
            """{"drill-1":"ended","drill-2":"begun","prune-9":"ended"}"""u8.ToArray(),
            TestContext.Current.CancellationToken
        );
        _hub.Set(nameof(DrillFlow), "drill-1", InstancePhase.Failed, Away(ErrorKind.Target));
        _hub.Set(nameof(DrillFlow), "drill-2", InstancePhase.Failed, Away(ErrorKind.Target));
        _hub.Set(nameof(DrillFlow), "drill-3", InstancePhase.Running);
        await LookAsync();
        await LookAsync();

        Assert.Equal(["drill problem no route"], Told);
    }

    [Fact]
    public async Task What_ended_more_than_a_day_before_anybody_watched_is_not_told_at_all()
    {
        _hub.Set(nameof(RestoreFlow), "restore-1", InstancePhase.Failed, Away(ErrorKind.Target));
        _now += TimeSpan.FromDays(1);
        _hub.Set(nameof(PruneFlow), "prune-1", InstancePhase.Failed, Away(ErrorKind.Storage), _now);
        await LookAsync();

        Assert.Equal(["retention problem no route"], Told);
    }

    private static IComparer<string> PingsFirst =>
        Comparer<string>.Create((a, b) => (a[0] == '/' ? 0 : 1).CompareTo(b[0] == '/' ? 0 : 1));

    private static FlowFailure Away(ErrorKind kind) => new(kind, "no route", IsRetryable: true);

    private static string? Text(HttpRequestSeen seen, string name) =>
        JsonElement.Parse(seen.Body).GetProperty(name).GetString();

    private async Task LookAsync()
    {
        using var notifier = new Notifier(
            _options,
            "acme",
            new ControlDocuments(_control),
            line => line,
            TimeProvider.System,
            line => Assert.Fail(line)
        );
        var watch = new RunWatch(new FlowNotifications(notifier), _control, "acme", new FixedClock(_now));
        await watch.LookAsync(_hub, TestContext.Current.CancellationToken);
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed class ListedInstances : IFlowInstances
    {
        private readonly List<InstanceState> _all = [];

        public void Set(
            string flow,
            string id,
            InstancePhase phase,
            FlowFailure? failure = null,
            DateTimeOffset updated = default
        )
        {
            int at = _all.FindIndex(i => i.Id == id);
            string input =
                flow == nameof(VerifyFlow) ? BackupTasks.Converter.Write(new VerifyInput(null, false))
                : flow == nameof(PruneFlow) ? BackupTasks.Converter.Write(new PruneInput(null, null, false))
                : flow == nameof(MirrorTargetFlow) ? BackupTasks.Converter.Write(new MirrorTargetInput(0, "a-hash"))
                : flow == nameof(RestoreFlow)
                    ? BackupTasks.Converter.Write(new RestoreInput(Run, "/srv/restored", null, null, 1))
                : "{}";
            string? result = phase is InstancePhase.Completed ? BackupTasks.Converter.Write(GoodBackup.Of(Run)) : null;
            DateTimeOffset now = updated == default ? DateTimeOffset.UnixEpoch : updated;
            var state = new InstanceState(id, flow, phase, input, null, result, failure, now, now);
            if (at < 0)
            {
                _all.Insert(0, state);
            }
            else
            {
                _all[at] = state;
            }
        }

        public Task<bool> TryStartAsync(string flow, string input, string id, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<InstanceState?> FindAsync(string id, CancellationToken cancellationToken) =>
            Task.FromResult(_all.Find(i => i.Id == id));

        public Task<IReadOnlyList<InstanceState>> ListAsync(string flow, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<InstanceState>>([.. _all.Where(i => i.FlowName == flow)]);

        public Task<bool> TryRaiseEventAsync(
            string id,
            string name,
            string payload,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();
    }
}
