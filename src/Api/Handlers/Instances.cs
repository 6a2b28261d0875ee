using System.Text.Json;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>What all flows do and show alike.</summary>
internal static class Instances
{
    public static async Task<InstanceState> StartAsync(
        FlowEnvironment environment,
        IFlowInstances flows,
        string flowName,
        string input,
        string id,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset now = environment.Time.GetUtcNow();
        return await flows.TryStartAsync(flowName, input, id, cancellationToken)
            ? new InstanceState(
                Id: id,
                FlowName: flowName,
                Phase: InstancePhase.Running,
                Input: input,
                CustomStatus: null,
                Result: null,
                Failure: null,
                Created: now,
                Updated: now
            )
            : throw new InvalidOperationException($"The new id {id} is taken.");
    }

    /// <summary>Asks it to end. It ends by itself; its status tells when it has.</summary>
    /// <param name="name">What it is called in the answer.</param>
    /// <exception cref="ApiException">409: it has ended.</exception>
    public static async Task CancelAsync(
        IFlowInstances flows,
        InstanceState instance,
        string name,
        CancellationToken cancellationToken
    )
    {
        if (
            instance.Phase is not InstancePhase.Running
            || !await flows.TryRaiseEventAsync(
                instance.Id,
                FlowEvents.Cancel,
                JsonSerializer.Serialize(Nothing.Value, TaskJson.Default.Nothing),
                cancellationToken
            )
        )
        {
            throw ApiException.Ended($"{name} {instance.Id} has ended: there is nothing to cancel");
        }
    }

    /// <param name="completed">What a completed one is called.</param>
    public static string StateOf(InstanceState instance, string completed) =>
        instance.Phase switch
        {
            InstancePhase.Running => "running",
            InstancePhase.Completed => completed,
            InstancePhase.Failed when instance.Failure?.Kind is not ErrorKind.Cancelled => "failed",
            _ => "cancelled",
        };

    public static ProgressDocument? ProgressOf(InstanceState instance, TextScrubber text)
    {
        FlowStatus? status = instance.CustomStatus is { } json
            ? JsonSerializer.Deserialize(json, RuntimeJson.Default.FlowStatus)
            : null;
        return status is null
            ? null
            : new ProgressDocument(
                Phase: status.Phase,
                Detail: status.Detail is { } detail ? text.Clean(detail) : null,
                FilesDone: status.FilesDone,
                FilesTotal: status.FilesTotal,
                BytesDone: status.BytesDone,
                BytesTotal: status.BytesTotal,
                BytesPerSecond: status.BytesPerSecond,
                EstimatedEnd: status.EstimatedEnd?.UtcDateTime
            );
    }

    public static FailureDocument? FailureOf(InstanceState instance, TextScrubber text) =>
        instance.Failure is { } failure ? text.Describe(failure) : null;
}
