using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Flows.Engine;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Embedded;

/// <summary>What a flow asked for; its id is its place in the order of asking.</summary>
/// <param name="Type">The event that records it.</param>
/// <param name="ChildId">The instance id of a sub-flow.</param>
internal sealed record FlowAction(EventType Type, int TaskId, string Name, string Payload, string? ChildId = null)
{
    public HistoryEvent ToEvent() => new(Type, TaskId, Name, Payload);
}

/// <summary>The context of one generation of an instance during one turn. Collects what the flow asks for; <see cref="FlowExecution"/> answers.</summary>
internal sealed class FlowContext(
    string instanceId, int generation, FlowCatalog catalog, ILoggerFactory loggers, FlowSynchronizationContext sync) : IFlowContext
{
    private readonly ILogger _logger = loggers.CreateLogger<FlowContext>();
    private readonly List<HistoryEvent> _buffered = [];
    private readonly List<(string Name, TaskCompletionSource<string> Source)> _waiters = [];
    private int _nextTaskId;
    private int _nextGuid;

    public string InstanceId => instanceId;

    public DateTimeOffset CurrentUtcDateTime { get; set; }

    public bool IsReplaying { get; set; } = true;

    /// <summary>Asked for and not yet seen in history, in the order of asking.</summary>
    public SortedDictionary<int, FlowAction> Unrecorded { get; } = [];

    /// <summary>Asked for and not yet answered.</summary>
    public Dictionary<int, TaskCompletionSource<string>> Open { get; } = [];

    public List<int> CancelledTimers { get; } = [];

    public IReadOnlyList<HistoryEvent> UnconsumedEvents => _buffered;

    public string? CustomStatus { get; private set; }

    public string? NextInput { get; private set; }

    public bool AwaitsSomething => Open.Count + _waiters.Count > 0;

    // A retry is the flow's own loop over activities and durable timers: history shows every attempt.
    public async Task<TOutput> CallActivityAsync<TInput, TOutput>(ActivityName<TInput, TOutput> activity, TInput input, RetryRule? retry = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return catalog.Read<TOutput>(await Ask(EventType.TaskScheduled, activity.Name, catalog.Write(input)).Task);
            }
            catch (FlowActivityException e) when (e.Failure.IsRetryable && attempt < (retry?.MaxAttempts ?? 1))
            {
            }

            await CreateTimer(CurrentUtcDateTime + retry!.DelayAfter(attempt), CancellationToken.None);
        }
    }

    public async Task<TOutput> CallSubFlowAsync<TInput, TOutput>(FlowName<TInput, TOutput> flow, TInput input, string? instanceId = null) =>
        catalog.Read<TOutput>(await Ask(EventType.SubFlowCreated, flow.Name, catalog.Write(input), childId: instanceId).Task);

    public Task CreateTimer(DateTimeOffset fireAt, CancellationToken cancellationToken)
    {
        var id = _nextTaskId;
        var source = Ask(EventType.TimerCreated, "timer", EmbeddedJson.Write(fireAt.ToUniversalTime()));
        cancellationToken.Register(() =>
        {
            if (Open.Remove(id))
            {
                CancelledTimers.Add(id);
                source.TrySetCanceled(cancellationToken);
            }
        });
        return source.Task;
    }

    public async Task<T> WaitForExternalEvent<T>(string name, CancellationToken cancellationToken)
    {
        CheckTurn();
        cancellationToken.ThrowIfCancellationRequested();
        var next = _buffered.FindIndex(e => e.Name == name);
        if (next >= 0)
        {
            var payload = _buffered[next].Payload!;
            _buffered.RemoveAt(next);
            return catalog.Read<T>(payload);
        }

        var source = new TaskCompletionSource<string>();
        var waiter = (name, source);
        _waiters.Add(waiter);
        using var registration = cancellationToken.Register(() =>
        {
            _waiters.Remove(waiter);
            source.TrySetCanceled(cancellationToken);
        });
        return catalog.Read<T>(await source.Task);
    }

    public void SetCustomStatus<T>(T status)
    {
        CheckTurn();
        var json = catalog.Write(status);
        CheckSize("the custom status", json);
        CustomStatus = json;
    }

    /// <summary>RFC 9562 version 8: SHA-256 over instance, generation and a counter.</summary>
    public Guid NewGuid()
    {
        CheckTurn();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{instanceId}\n{generation}\n{_nextGuid++}")).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }

    public void ContinueAsNew<TInput>(TInput input)
    {
        CheckTurn();
        var json = catalog.Write(input);
        CheckSize("the input of continue-as-new", json);
        NextInput = json;
    }

    public ILogger CreateReplaySafeLogger(string category) => new ReplaySafeLogger(loggers.CreateLogger(category), this);

    /// <summary>Hands an external event to the flow that waits longest for it, or keeps it until one does.</summary>
    public void Raise(HistoryEvent raised)
    {
        var waiter = _waiters.FindIndex(w => w.Name == raised.Name);
        if (waiter < 0)
        {
            _buffered.Add(raised);
            return;
        }

        var source = _waiters[waiter].Source;
        _waiters.RemoveAt(waiter);
        source.SetResult(raised.Payload!);
    }

    private TaskCompletionSource<string> Ask(EventType type, string name, string payload, string? childId = null)
    {
        CheckTurn();
        CheckSize($"the input of {name}", payload);
        var id = _nextTaskId++;
        Unrecorded.Add(id, new FlowAction(type, id, name, payload, type == EventType.SubFlowCreated ? childId ?? $"{instanceId}:{generation}.{id}" : null));

        // Continuations run in place, inside the step that answers, so that their order is the order of history.
        return Open[id] = new TaskCompletionSource<string>();
    }

    private void CheckTurn()
    {
        if (!sync.IsCurrent)
        {
            sync.ReportForeignTask();
            throw new InvalidOperationException("a flow may use its context only from its own turn: it awaited a task that the context did not hand out");
        }
    }

    private void CheckSize(string what, string json)
    {
        if (PayloadLimit.Check($"{instanceId}: {what}", json) && !IsReplaying)
        {
            Logs.LargePayload(_logger, instanceId, what);
        }
    }
}
