using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>How instances are signalled, with a client that answers as it is told.</summary>
public sealed class DurableInstancesTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_is_raised_once_the_instance_has_begun()
    {
        await using var client = new ToldClient(
            OrchestrationRuntimeStatus.Pending,
            OrchestrationRuntimeStatus.Pending,
            OrchestrationRuntimeStatus.Running
        );

        Assert.True(await RaiseAsync(client));

        Assert.Equal(["look", "look", "look", "raise cancel"], client.Calls);
    }

    [Fact]
    public async Task No_event_is_raised_at_an_instance_that_ends_before_it_is_seen_running()
    {
        await using var client = new ToldClient(OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Failed);

        Assert.False(await RaiseAsync(client));

        Assert.Equal(["look", "look"], client.Calls);
    }

    /// <summary>As of two instances of the app that looked at once, before either had started one.</summary>
    [Theory]
    [InlineData(nameof(HotBackupFlow), "20260520T013000Z-1a2b3c4d", "20260520T013001Z-1a2b3c4e", false)]
    [InlineData(nameof(DrillFlow), "drill-a-1", "drill-b-2", false)]
    [InlineData(nameof(VerifyFlow), "verify-a-1", "verify-b-2", false)]
    [InlineData(nameof(PruneFlow), "prune-a-1", "prune-b-2", false)]
    [InlineData(nameof(RestoreFlow), "restore-a-1", "restore-a-2", false)]
    [InlineData(nameof(RestoreFlow), "restore-a-1", "restore-b-2", true)]
    [InlineData(nameof(MirrorTargetFlow), "mirror-a-1", "mirror-a-2", false)]
    [InlineData(nameof(MirrorTargetFlow), "mirror-a-1", "mirror-b-2", true)]
    public async Task A_flow_is_not_started_beside_one_that_is_in_its_way(
        string flow,
        string first,
        string second,
        bool goTogether
    )
    {
        var control = new MemoryBlobStore();
        await using var client = new ToldClient();
        Assert.True(await new DurableInstances(client, control).TryStartAsync(flow, "{}", first, _token));

        Task<bool> start = new DurableInstances(client, control).TryStartAsync(flow, "{}", second, _token);

        if (goTogether)
        {
            Assert.True(await start);
        }
        else
        {
            Assert.Equal(ErrorKind.Busy, (await Assert.ThrowsAsync<PermanentException>(() => start)).Kind);
        }

        Assert.False(await new DurableInstances(client, control).TryStartAsync(flow, "{}", first, _token));
        Assert.Equal(goTogether ? [first, second] : [first], client.Started);
    }

    [Fact]
    public async Task A_start_that_another_host_holds_is_busy()
    {
        var control = new MemoryBlobStore();
        await control.AcquireLeaseAsync($"start-{nameof(DrillFlow)}", Guid.NewGuid(), BlobLease.MaxDuration, _token);
        await using var client = new ToldClient();

        PermanentException busy = await Assert.ThrowsAsync<PermanentException>(() =>
            new DurableInstances(client, control).TryStartAsync(nameof(DrillFlow), "{}", "drill-a-1", _token)
        );

        Assert.Equal(ErrorKind.Busy, busy.Kind);
        Assert.Empty(client.Started);
    }

    private Task<bool> RaiseAsync(ToldClient client) =>
        new DurableInstances(client, new MemoryBlobStore()).TryRaiseEventAsync("one", FlowEvents.Cancel, "{}", _token);

    private sealed class ToldClient(params OrchestrationRuntimeStatus[] statuses) : DurableTaskClient("told")
    {
        private readonly Queue<OrchestrationRuntimeStatus> _statuses = new(statuses);

        private readonly List<OrchestrationMetadata> _started = [];

        public List<string> Calls { get; } = [];

        public IEnumerable<string> Started => _started.Select(one => one.InstanceId);

        public override Task<OrchestrationMetadata?> GetInstancesAsync(
            string instanceId,
            bool getInputsAndOutputs = false,
            CancellationToken cancellation = default
        )
        {
            Calls.Add("look");
            return Task.FromResult(
                _statuses.TryDequeue(out OrchestrationRuntimeStatus status)
                    ? new OrchestrationMetadata(nameof(HotBackupFlow), instanceId) { RuntimeStatus = status }
                    : _started.Find(one => one.InstanceId == instanceId)
            );
        }

        public override Task RaiseEventAsync(
            string instanceId,
            string eventName,
            object? eventPayload = null,
            CancellationToken cancellation = default
        )
        {
            Calls.Add($"raise {eventName}");
            return Task.CompletedTask;
        }

        public override Task<string> ScheduleNewOrchestrationInstanceAsync(
            TaskName orchestratorName,
            object? input = null,
            StartOrchestrationOptions? options = null,
            CancellationToken cancellation = default
        )
        {
            _started.Add(
                new OrchestrationMetadata(orchestratorName.Name, options!.InstanceId!)
                {
                    RuntimeStatus = OrchestrationRuntimeStatus.Running,
                }
            );
            return Task.FromResult(options.InstanceId!);
        }

        public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
            string instanceId,
            bool getInputsAndOutputs = false,
            CancellationToken cancellation = default
        ) => throw Unused();

        public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
            string instanceId,
            bool getInputsAndOutputs = false,
            CancellationToken cancellation = default
        ) => throw Unused();

        public override Task SuspendInstanceAsync(
            string instanceId,
            string? reason = null,
            CancellationToken cancellation = default
        ) => throw Unused();

        public override Task ResumeInstanceAsync(
            string instanceId,
            string? reason = null,
            CancellationToken cancellation = default
        ) => throw Unused();

        public override Microsoft.DurableTask.AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(
            OrchestrationQuery? filter = null
        ) =>
            Pageable.Create(
                (_, _) =>
                    Task.FromResult(
                        new Page<OrchestrationMetadata>([
                            .. _started.Where(one =>
                                one.InstanceId.StartsWith(filter!.InstanceIdPrefix!, StringComparison.Ordinal)
                            ),
                        ])
                    )
            );

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static NotSupportedException Unused() => new("nothing here asks for it");
    }
}
