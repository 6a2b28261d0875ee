using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Engine;

/// <summary>
/// What a flow may ask of the engine that runs it, in Durable Task's own words. Flow code is single-threaded and deterministic:
/// time, ids, timers, events and all work come from here, and it awaits nothing but tasks that this context handed out
/// (and <see cref="Task.WhenAll(Task[])"/> / <see cref="Task.WhenAny(Task[])"/> over them).
/// </summary>
public interface IFlowContext
{
    /// <summary>The id of this flow instance.</summary>
    string InstanceId { get; }

    /// <summary>The time of the current turn, the same at every replay.</summary>
    DateTimeOffset CurrentUtcDateTime { get; }

    /// <summary>True while history is being replayed: side effects such as logging stay silent.</summary>
    bool IsReplaying { get; }

    /// <summary>Schedules an activity. A failure arrives as <see cref="FlowActivityException"/>.</summary>
    Task<TOutput> CallActivityAsync<TInput, TOutput>(ActivityName<TInput, TOutput> activity, TInput input, RetryRule? retry = null);

    /// <summary>Starts a child flow and awaits its result. A failure arrives as <see cref="FlowActivityException"/>.</summary>
    Task<TOutput> CallSubFlowAsync<TInput, TOutput>(FlowName<TInput, TOutput> flow, TInput input, string? instanceId = null);

    /// <summary>A durable timer. Cancelling the token removes it (<c>Cancel()</c>, not <c>CancelAsync()</c>, which would leave the flow's thread).</summary>
    Task CreateTimer(DateTimeOffset fireAt, CancellationToken cancellationToken);

    /// <summary>Waits for an event that was or will be raised at this instance. Events of one name are consumed in order.</summary>
    Task<T> WaitForExternalEvent<T>(string name, CancellationToken cancellationToken);

    /// <summary>Replaces the custom status, a small JSON document that others can read while the flow runs.</summary>
    void SetCustomStatus<T>(T status);

    /// <summary>A random-looking id, the same at every replay.</summary>
    Guid NewGuid();

    /// <summary>Ends this generation and starts the next with an empty history. The flow returns right after the call.</summary>
    void ContinueAsNew<TInput>(TInput input);

    /// <summary>A logger that is silent while replaying.</summary>
    ILogger CreateReplaySafeLogger(string category);
}
