using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Embedded;

/// <summary>What the journal knows of an instance. Input, custom status and result are JSON.</summary>
/// <param name="Generation">0, plus one for each continue-as-new.</param>
/// <param name="Failure">Set if it failed, or was terminated (then with the reason).</param>
public sealed record FlowInstance(
    string Id,
    string FlowName,
    int Generation,
    RuntimeStatus Status,
    string Input,
    string? CustomStatus,
    string? Result,
    FlowFailure? Failure,
    DateTimeOffset Created,
    DateTimeOffset Updated
);

/// <summary>How often an activity was called by an instance and its sub-orchestrations, and how often an attempt was
/// started: more starts than calls are re-executions.</summary>
public sealed record ActivityCount(string Activity, int Calls, int Starts);
