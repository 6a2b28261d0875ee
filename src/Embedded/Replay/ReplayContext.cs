using System.IO.Hashing;
using System.Text;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Embedded.Journal;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Embedded.Replay;

/// <summary>What a flow asked for; its id is its place in the order of asking.</summary>
/// <param name="Type">The event that records it.</param>
/// <param name="ChildId">The instance id of a sub-orchestration.</param>
internal sealed record FlowAction(EventType Type, int TaskId, string Name, string Payload, string? ChildId = null)
{
    public HistoryEvent ToEvent() => new(Type, TaskId, Name, Payload);
}

/// <summary>What a flow sent to another instance, as history keeps it.</summary>
/// <param name="Payload">JSON.</param>
internal sealed record SentEvent(string InstanceId, [property: JsonConverter(typeof(RawJsonConverter))] string Payload);

/// <summary>
/// Durable Task's context for one generation of an instance during one turn. Collects what the flow asks for; <see
/// cref="FlowExecution"/> answers.
/// </summary>
internal sealed class ReplayContext(
    string name,
    string instanceId,
    int generation,
    string input,
    TaskCatalog catalog,
    ILoggerFactory loggers,
    FlowSynchronizationContext sync
) : TaskOrchestrationContext
{
    private readonly ILogger _logger = loggers.CreateLogger<ReplayContext>();
    private readonly List<HistoryEvent> _buffered = [];
    private readonly List<(string Name, TaskCompletionSource<string> Source)> _waiters = [];
    private int _nextTaskId;
    private int _nextGuid;
    private DateTime _now;
    private bool _isReplaying = true;

    public override TaskName Name => name;

    public override string InstanceId => instanceId;

    /// <summary>Not kept: no flow asks for it.</summary>
    public override ParentOrchestrationInstance? Parent =>
        throw new NotSupportedException("the embedded engine does not tell a flow of its parent");

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => _isReplaying;

    protected override ILoggerFactory LoggerFactory => loggers;

    /// <summary>Asked for and not yet seen in history, in the order of asking.</summary>
    public SortedDictionary<int, FlowAction> Unrecorded { get; } = [];

    /// <summary>Asked for and not yet answered.</summary>
    public Dictionary<int, TaskCompletionSource<string>> Open { get; } = [];

    public List<int> CancelledTimers { get; } = [];

    public IReadOnlyList<HistoryEvent> UnconsumedEvents => _buffered;

    public string? CustomStatus { get; private set; }

    public string? NextInput { get; private set; }

    public bool KeepsEvents { get; private set; }

    public bool AwaitsSomething => Open.Count + _waiters.Count > 0;

    public void BeginTurn(DateTimeOffset now) => _now = now.UtcDateTime;

    /// <summary>History is through: what comes now is new.</summary>
    public void EndReplay() => _isReplaying = false;

    public override T GetInput<T>() => (T)catalog.Read(input, typeof(T))!;

    public override Task<TResult> CallActivityAsync<TResult>(
        TaskName activity,
        object? activityInput = null,
        TaskOptions? options = null
    ) => CallAsync<TResult>(EventType.TaskScheduled, activity.Name, activityInput, options, childId: null);

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName,
        object? orchestratorInput = null,
        TaskOptions? options = null
    ) =>
        CallAsync<TResult>(
            EventType.SubOrchestrationInstanceCreated,
            orchestratorName.Name,
            orchestratorInput,
            options,
            (options as SubOrchestrationOptions)?.InstanceId
        );

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int id = _nextTaskId;
        TaskCompletionSource<string> source = Ask(
            EventType.TimerCreated,
            "timer",
            EmbeddedJson.Write(new DateTimeOffset(DateTime.SpecifyKind(fireAt, DateTimeKind.Utc)))
        );
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

    public override async Task<T> WaitForExternalEvent<T>(
        string eventName,
        CancellationToken cancellationToken = default
    )
    {
        CheckTurn();
        cancellationToken.ThrowIfCancellationRequested();
        int next = _buffered.FindIndex(e => IsNamed(e.Name, eventName));
        if (next >= 0)
        {
            string payload = _buffered[next].Payload!;
            _buffered.RemoveAt(next);
            return (T)catalog.Read(payload, typeof(T))!;
        }

        var source = new TaskCompletionSource<string>();
        var waiter = (eventName, source);
        _waiters.Add(waiter);
        using CancellationTokenRegistration registration = cancellationToken.Register(() =>
        {
            _waiters.Remove(waiter);
            source.TrySetCanceled(cancellationToken);
        });
        return (T)catalog.Read(await source.Task, typeof(T))!;
    }

    public override void SendEvent(string receiver, string eventName, object payload)
    {
        var sent = new SentEvent(receiver, catalog.Write(payload));
        int id = _nextTaskId;
        Ask(EventType.EventSent, eventName, EmbeddedJson.Write(sent));
        Open.Remove(id);
    }

    public override void SetCustomStatus(object? customStatus)
    {
        CheckTurn();
        string json = catalog.Write(customStatus);
        CheckSize("the custom status", json);
        CustomStatus = json;
    }

    /// <summary>
    /// RFC 9562 version 8: a hash over instance, generation and a counter. None of cryptography: that library alone
    /// would be a twentieth of a small run's memory.
    /// </summary>
    public override Guid NewGuid()
    {
        CheckTurn();
        Span<byte> hash = XxHash128.Hash(Encoding.UTF8.GetBytes($"{instanceId}\n{generation}\n{_nextGuid++}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        CheckTurn();
        string json = catalog.Write(newInput);
        CheckSize("the input of continue-as-new", json);
        (NextInput, KeepsEvents) = (json, preserveUnprocessedEvents);
    }

    /// <summary>Hands an external event to the flow that waits longest for it, or keeps it until one does.</summary>
    public void Raise(HistoryEvent raised)
    {
        var waiter = _waiters.FindIndex(w => IsNamed(raised.Name, w.Name));
        if (waiter < 0)
        {
            _buffered.Add(raised);
            return;
        }

        var source = _waiters[waiter].Source;
        _waiters.RemoveAt(waiter);
        source.SetResult(raised.Payload!);
    }

    private static bool IsNamed(string? raised, string awaited) =>
        string.Equals(raised, awaited, StringComparison.OrdinalIgnoreCase);

    // A retry is the flow's own loop over calls and durable timers: history shows every attempt.
    private async Task<TResult> CallAsync<TResult>(
        EventType type,
        string task,
        object? taskInput,
        TaskOptions? options,
        string? childId
    )
    {
        AsyncRetryHandler? retry = HandlerOf(options);
        DateTime began = CurrentUtcDateTime;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return (TResult)
                    catalog.Read(await Ask(type, task, catalog.Write(taskInput), childId).Task, typeof(TResult))!;
            }
            catch (TaskFailedException e) when (retry is not null)
            {
                var failed = new RetryContext(
                    this,
                    attempt,
                    e.FailureDetails,
                    CurrentUtcDateTime - began,
                    CancellationToken.None
                );
                if (!await retry(failed))
                {
                    throw;
                }
            }
        }
    }

    private static AsyncRetryHandler? HandlerOf(TaskOptions? options) =>
        options?.Retry switch
        {
            null => null,
            { Handler: { } handler } => handler,
            _ => throw new NotSupportedException(
                "the embedded engine takes a retry handler (TaskOptions.FromRetryHandler), not a retry policy"
            ),
        };

    private TaskCompletionSource<string> Ask(EventType type, string taskName, string payload, string? childId = null)
    {
        CheckTurn();
        CheckSize($"the input of {taskName}", payload);
        int id = _nextTaskId++;
        Unrecorded.Add(
            id,
            new FlowAction(
                type,
                id,
                taskName,
                payload,
                type == EventType.SubOrchestrationInstanceCreated ? childId ?? $"{instanceId}:{generation}.{id}" : null
            )
        );

        // Continuations run in place, inside the step that answers, so that their order is the order of history.
        return Open[id] = new TaskCompletionSource<string>();
    }

    private void CheckTurn()
    {
        if (!sync.IsCurrent)
        {
            sync.ReportForeignTask();
            throw new InvalidOperationException(
                "a flow may use its context only from its own turn: it awaited a task that the context did not hand out"
            );
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
