using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Api;

/// <summary>
/// What the API asks of an engine: start, look, signal. Both engines have it, so that handlers know neither. Payloads
/// are JSON as <see cref="Flows.BackupTasks.Converter"/> reads them. Thread-safe.
/// </summary>
public interface IFlowInstances
{
    /// <summary>Starts a flow under this id; it runs without further calls.</summary>
    /// <returns>False: there is an instance of that id already, which stays as it is.</returns>
    Task<bool> TryStartAsync(string flowName, string input, string instanceId, CancellationToken cancellationToken);

    /// <returns>Null: there is no such instance, or it ended so long ago that the engine forgot it.</returns>
    Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancellationToken);

    /// <summary>
    /// The instances of a flow that are nobody's sub-flow, newest first. Why one failed may be given by
    /// <see cref="FindAsync"/> alone.
    /// </summary>
    Task<IReadOnlyList<InstanceState>> ListAsync(string flowName, CancellationToken cancellationToken);

    /// <summary>Raises an external event; it is kept until the flow waits for it.</summary>
    /// <returns>False: there is no such instance, or it has ended.</returns>
    Task<bool> TryRaiseEventAsync(
        string instanceId,
        string eventName,
        string payload,
        CancellationToken cancellationToken
    );
}

/// <summary>Where an instance is.</summary>
public enum InstancePhase
{
    /// <summary>Started and not ended; one that waits for its engine counts too.</summary>
    Running,
    Completed,
    Failed,

    /// <summary>Ended from outside.</summary>
    Terminated,
}

/// <summary>What an engine knows of an instance. Input, custom status and result are JSON.</summary>
/// <param name="CustomStatus">A <see cref="Flows.FlowStatus"/>; null before the flow has set one.</param>
/// <param name="Result">Set where it completed.</param>
/// <param name="Failure">Set where it failed or was terminated.</param>
public sealed record InstanceState(
    string Id,
    string FlowName,
    InstancePhase Phase,
    string Input,
    string? CustomStatus,
    string? Result,
    FlowFailure? Failure,
    DateTimeOffset Created,
    DateTimeOffset Updated
);
