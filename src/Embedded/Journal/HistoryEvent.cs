namespace AlfrescoBackupFlows.Embedded.Journal;

/// <summary>The kinds of history events, in Durable Task's words.</summary>
public enum EventType
{
    OrchestratorStarted,
    ExecutionStarted,
    TaskScheduled,
    TaskCompleted,
    TaskFailed,
    SubOrchestrationInstanceCreated,
    SubOrchestrationInstanceCompleted,
    SubOrchestrationInstanceFailed,
    TimerCreated,
    TimerFired,
    EventRaised,
    EventSent,
    ExecutionCompleted,
    ExecutionFailed,
    ExecutionTerminated,
}

/// <param name="TaskId">Counts what one generation of a flow asked for, from 0. Null for events that answer
/// nothing.</param>
/// <param name="Name">Of the flow, activity or external event.</param>
/// <param name="Payload">JSON: input, result, failure, time to fire or time of the turn.</param>
public sealed record HistoryEvent(EventType Type, int? TaskId = null, string? Name = null, string? Payload = null)
{
    internal string Describe() =>
        Type switch
        {
            EventType.TaskScheduled => $"activity {Name} (task {TaskId})",
            EventType.SubOrchestrationInstanceCreated => $"sub-orchestration {Name} (task {TaskId})",
            EventType.TimerCreated => $"a timer (task {TaskId})",
            _ => TaskId is null ? $"{Type} {Name}".TrimEnd() : $"{Type} (task {TaskId})",
        };
}
