using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Functions.Hosting;
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

    private Task<bool> RaiseAsync(ToldClient client) =>
        new DurableInstances(client, new MemoryBlobStore()).TryRaiseEventAsync("one", FlowEvents.Cancel, "{}", _token);

    private sealed class ToldClient(params OrchestrationRuntimeStatus[] statuses) : DurableTaskClient("told")
    {
        private readonly Queue<OrchestrationRuntimeStatus> _statuses = new(statuses);

        public List<string> Calls { get; } = [];

        public override Task<OrchestrationMetadata?> GetInstancesAsync(
            string instanceId,
            bool getInputsAndOutputs = false,
            CancellationToken cancellation = default
        )
        {
            Calls.Add("look");
            return Task.FromResult<OrchestrationMetadata?>(
                new OrchestrationMetadata(nameof(HotBackupFlow), instanceId) { RuntimeStatus = _statuses.Dequeue() }
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
        ) => throw Unused();

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
        ) => throw Unused();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static NotSupportedException Unused() => new("nothing here asks for it");
    }
}
