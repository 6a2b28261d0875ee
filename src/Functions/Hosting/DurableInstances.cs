using System.Text.Json;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>Starts, finds and signals instances through Durable Task's client, which a function gets with its
/// invocation.</summary>
/// <param name="control">The control store.</param>
internal sealed class DurableInstances(DurableTaskClient client, IBlobStore control) : IFlowInstances
{
    private const string StartLease = "start";
    private const int MaxTries = 20;
    private const int MaxLooks = 120;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Under a lease in the control store, so that of two hosts that saw none in the way only one starts one: of restores
    /// and mirrors one for each target, of the others one. The repository's own lease guards against hosts of other task
    /// hubs.
    /// </summary>
    /// <exception cref="PermanentException">Busy: another one was started meanwhile, or a host that died holds the
    /// lease for up to a minute.</exception>
    public async Task<bool> TryStartAsync(
        string flowName,
        string input,
        string instanceId,
        CancellationToken cancellationToken
    )
    {
        string name = flowName == nameof(HotBackupFlow) ? StartLease : $"{StartLease}-{flowName}";
        string family = FamilyOf(flowName, instanceId);
        Guid lease = await LockStartAsync(name, cancellationToken);
        try
        {
            return (await ListAsync(flowName, cancellationToken)).Any(i =>
                i.Phase is InstancePhase.Running
                && i.Id != instanceId
                && i.Id.StartsWith(family, StringComparison.Ordinal)
            )
                ? throw Busy()
                : await TryScheduleAsync(flowName, input, instanceId, cancellationToken);
        }
        finally
        {
            await control.TryReleaseLeaseAsync(name, lease);
        }
    }

    /// <summary>What the ids begin with of which one runs at a time: those of restores and mirrors name their target.</summary>
    private static string FamilyOf(string flowName, string instanceId) =>
        flowName is nameof(RestoreFlow) or nameof(MirrorTargetFlow)
            ? instanceId[..(instanceId.LastIndexOf('-') + 1)]
            : string.Empty;

    public async Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, cancellationToken) is { } found
            ? Describe(found)
            : null;

    public async Task<IReadOnlyList<InstanceState>> ListAsync(string flowName, CancellationToken cancellationToken)
    {
        var query = new OrchestrationQuery(InstanceIdPrefix: HubIds.PrefixOf(flowName), FetchInputsAndOutputs: true);
        var found = new List<InstanceState>();
        await foreach (
            OrchestrationMetadata instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken)
        )
        {
            if (instance.Name == flowName)
            {
                found.Add(Describe(instance));
            }
        }

        return [.. found.OrderByDescending(i => i.Created)];
    }

    /// <summary>
    /// Waits until the instance has begun, half a minute at most: Azure Storage drops an event that comes before the
    /// first turn of an instance is stored (Azure/durabletask, issue 720), and a cancel would then be lost unseen.
    /// </summary>
    /// <exception cref="TransientException">Busy: it has not begun within that time; nothing was sent.</exception>
    public async Task<bool> TryRaiseEventAsync(
        string instanceId,
        string eventName,
        string payload,
        CancellationToken cancellationToken
    )
    {
        if (!await HasBegunAsync(instanceId, cancellationToken))
        {
            return false;
        }

        await client.RaiseEventAsync(instanceId, eventName, JsonElement.Parse(payload), cancellationToken);
        return true;
    }

    internal static InstanceState Describe(OrchestrationMetadata instance)
    {
        InstancePhase phase = instance.RuntimeStatus switch
        {
            OrchestrationRuntimeStatus.Completed => InstancePhase.Completed,
            OrchestrationRuntimeStatus.Failed => InstancePhase.Failed,
            OrchestrationRuntimeStatus.Terminated => InstancePhase.Terminated,
            _ => InstancePhase.Running,
        };
        return new InstanceState(
            Id: instance.InstanceId,
            FlowName: instance.Name,
            Phase: phase,
            Input: instance.SerializedInput ?? "null",
            CustomStatus: instance.SerializedCustomStatus,
            Result: phase is InstancePhase.Completed ? instance.SerializedOutput : null,
            Failure: FailureOf(instance, phase),
            Created: instance.CreatedAt,
            Updated: instance.LastUpdatedAt
        );
    }

    /// <returns>False: there is no such instance, or it has ended.</returns>
    private async Task<bool> HasBegunAsync(string instanceId, CancellationToken cancellationToken)
    {
        for (int looks = 1; ; looks++)
        {
            if (await client.GetInstanceAsync(instanceId, cancellationToken) is not { IsCompleted: false } instance)
            {
                return false;
            }

            if (instance.RuntimeStatus is not OrchestrationRuntimeStatus.Pending)
            {
                return true;
            }

            if (looks == MaxLooks)
            {
                throw new TransientException(
                    ErrorKind.Busy,
                    $"{instanceId} has not begun yet, and nothing was sent to it: ask again in a minute."
                );
            }

            await Task.Delay(BetweenTries, cancellationToken);
        }
    }

    private static FlowFailure? FailureOf(OrchestrationMetadata instance, InstancePhase phase) =>
        phase switch
        {
            InstancePhase.Failed when instance.FailureDetails is { } details => FlowFailure.From(details),
            // The extension with Azure Storage knows no details of an instance that ended: its output is the text of the
            // exception.
            InstancePhase.Failed => FlowFailure.TryFind(instance.SerializedOutput ?? string.Empty)
                ?? new FlowFailure(
                    ErrorKind.Unexpected,
                    instance.SerializedOutput ?? "the flow failed",
                    IsRetryable: false
                ),
            InstancePhase.Terminated => new FlowFailure(
                ErrorKind.Cancelled,
                "terminated from outside",
                IsRetryable: false
            ),
            _ => null,
        };

    /// <summary>Waits for a start that is under way elsewhere, which takes a second at most.</summary>
    private async Task<Guid> LockStartAsync(string name, CancellationToken cancellationToken)
    {
        var lease = Guid.NewGuid();
        for (
            int tries = 1;
            !await control.AcquireLeaseAsync(name, lease, BlobLease.MaxDuration, cancellationToken);
            tries++
        )
        {
            if (tries == MaxTries)
            {
                throw Busy();
            }

            await Task.Delay(BetweenTries, cancellationToken);
        }

        return lease;
    }

    private static PermanentException Busy() =>
        new(ErrorKind.Busy, "Another one was started at this moment: look at its status.");

    private async Task<bool> TryScheduleAsync(
        string flowName,
        string input,
        string instanceId,
        CancellationToken cancellationToken
    )
    {
        if (await client.GetInstanceAsync(instanceId, cancellationToken) is not null)
        {
            return false;
        }

        await client.ScheduleNewOrchestrationInstanceAsync(
            flowName,
            JsonElement.Parse(input),
            new StartOrchestrationOptions { InstanceId = instanceId },
            cancellationToken
        );
        return true;
    }
}
