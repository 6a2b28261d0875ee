using System.Collections.Concurrent;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Api.Tests.Rig;

/// <summary>An engine that runs nothing: a test says how each instance goes on.</summary>
internal sealed class MemoryInstances : IFlowInstances
{
    private readonly ConcurrentDictionary<string, InstanceState> _instances = new(StringComparer.Ordinal);

    public ConcurrentQueue<(string Id, string Event)> Events { get; } = [];

    /// <summary>The only one.</summary>
    public InstanceState Single => Assert.Single(_instances.Values);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public int Count => _instances.Count;

    public void Complete(string id, string result) =>
        _instances[id] = _instances[id] with { Phase = InstancePhase.Completed, Result = result };

    public void Fail(string id, ErrorKind kind, string message) =>
        _instances[id] = _instances[id] with
        {
            Phase = InstancePhase.Failed,
            Failure = new FlowFailure(kind, message, IsRetryable: false),
        };

    public void SetStatus(string id, string status) => _instances[id] = _instances[id] with { CustomStatus = status };

    public Task<bool> TryStartAsync(
        string flowName,
        string input,
        string instanceId,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset now = Time.GetUtcNow();
        return Task.FromResult(
            _instances.TryAdd(
                instanceId,
                new InstanceState(instanceId, flowName, InstancePhase.Running, input, null, null, null, now, now)
            )
        );
    }

    public Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancellationToken) =>
        Task.FromResult(_instances.GetValueOrDefault(instanceId));

    public Task<IReadOnlyList<InstanceState>> ListAsync(string flowName, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<InstanceState>>([
            .. _instances.Values.Where(i => i.FlowName == flowName).OrderByDescending(i => i.Created),
        ]);

    public Task<bool> TryRaiseEventAsync(
        string instanceId,
        string eventName,
        string payload,
        CancellationToken cancellationToken
    )
    {
        Events.Enqueue((instanceId, eventName));
        return Task.FromResult(true);
    }
}
