using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Embedded.Journal;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Embedded.Replay;

/// <summary>What a turn leaves behind, to be written in one transaction.</summary>
/// <param name="Arrived">What the turn consumed, its start first.</param>
/// <param name="Actions">What the flow newly asked for.</param>
/// <param name="CancelledTimers">Task ids, some of them perhaps never stored.</param>
/// <param name="End">Set if the flow returned or failed, and did not continue as new.</param>
/// <param name="NextInput">Set if the flow continues as new.</param>
/// <param name="UnconsumedEvents">External events that nobody has waited for yet.</param>
internal sealed record TurnResult(
    IReadOnlyList<HistoryEvent> Arrived,
    IReadOnlyCollection<FlowAction> Actions,
    IReadOnlyCollection<int> CancelledTimers,
    string? CustomStatus,
    HistoryEvent? End,
    string? NextInput,
    IReadOnlyList<HistoryEvent> UnconsumedEvents
);

/// <summary>
/// One replay of a flow: the recorded past, checked event by event against what the code asks for, then what arrived
/// since. Used once.
/// </summary>
/// <param name="compareInputs">Also hold inputs, times and results against history. The engine does not: a record that
/// gained a property still resumes.</param>
/// <param name="onForeignTask">Called, on any thread, if the flow turns out to await something that is not the
/// context's.</param>
internal sealed class FlowExecution(
    TaskCatalog catalog,
    string flowName,
    string instanceId,
    int generation,
    ILoggerFactory loggers,
    bool compareInputs,
    Action onForeignTask
)
{
    private readonly FlowSynchronizationContext _sync = new(onForeignTask);
    private ReplayContext _context = null!;
    private HistoryEvent? _end;
    private int _sequence;
    private bool _pastHasEnd;

    /// <exception cref="NonDeterministicFlowException">The code does something else than history says.</exception>
    public TurnResult Run(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> arrived)
    {
        string input = past.Concat(arrived).First(e => e.Type == EventType.ExecutionStarted).Payload!;
        _context = new ReplayContext(flowName, instanceId, generation, input, catalog, loggers, _sync);
        return _sync.RunTurn(() =>
        {
            foreach (var recorded in past)
            {
                Apply(recorded);
                _sequence++;
            }

            CheckNothingUnrecorded();
            if (!_pastHasEnd)
            {
                CheckStillRunning();
            }

            _context.EndReplay();
            foreach (var news in arrived)
            {
                Apply(news);
            }

            return Conclude(arrived);
        });
    }

    private void Apply(HistoryEvent e)
    {
        switch (e.Type)
        {
            case EventType.OrchestratorStarted:
                CheckNothingUnrecorded();
                CheckStillRunning();
                _context.BeginTurn(EmbeddedJson.ReadTime(e.Payload!));
                break;
            case EventType.ExecutionStarted:
                ITaskOrchestrator flow =
                    catalog.TryCreateOrchestrator(flowName)
                    ?? throw Diverged($"flow {flowName}", "has no flow of that name");
                _sync.Step(() => _ = RunFlowAsync(flow, e.Payload!));
                break;
            case EventType.TaskScheduled
            or EventType.SubOrchestrationInstanceCreated
            or EventType.TimerCreated
            or EventType.EventSent:
                CheckAsked(e);
                break;
            case EventType.TaskCompleted or EventType.SubOrchestrationInstanceCompleted or EventType.TimerFired:
                Answer(e, source => source.SetResult(e.Payload!));
                break;
            case EventType.TaskFailed or EventType.SubOrchestrationInstanceFailed:
                Answer(
                    e,
                    source =>
                        source.SetException(
                            new TaskFailedException(
                                e.Name!,
                                e.TaskId!.Value,
                                EmbeddedJson.ReadFailure(e.Payload!).ToDetails()
                            )
                        )
                );
                break;
            case EventType.EventRaised:
                _sync.Step(() => _context.Raise(e));
                break;
            case EventType.ExecutionCompleted or EventType.ExecutionFailed:
                CheckEnded(e);
                _pastHasEnd = true;
                break;
            case EventType.ExecutionTerminated:
                _pastHasEnd = true;
                break;
        }

        if (_sync.SawForeignTask)
        {
            throw ForeignTask();
        }
    }

    // A timer that the flow cancelled may still fire: nobody waits for it.
    private void Answer(HistoryEvent e, Action<TaskCompletionSource<string>> answer)
    {
        if (_context.Open.Remove(e.TaskId!.Value, out var source))
        {
            _sync.Step(() => answer(source));
        }
    }

    private TurnResult Conclude(IReadOnlyList<HistoryEvent> arrived)
    {
        if (_end is null && !_context.AwaitsSomething)
        {
            throw ForeignTask();
        }

        var next = _end is { Type: EventType.ExecutionCompleted } ? _context.NextInput : null;
        return new TurnResult(
            Arrived: arrived,
            Actions: _context.Unrecorded.Values,
            CancelledTimers: _context.CancelledTimers,
            CustomStatus: _context.CustomStatus,
            End: next is null ? _end : null,
            NextInput: next,
            UnconsumedEvents: _context.KeepsEvents ? _context.UnconsumedEvents : []
        );
    }

    private async Task RunFlowAsync(ITaskOrchestrator flow, string input)
    {
        try
        {
            string result = catalog.Write(await flow.RunAsync(_context, catalog.Read(input, flow.InputType)));
            PayloadLimit.Check("the flow's result", result);
            _end = new HistoryEvent(EventType.ExecutionCompleted, Payload: result);
        }
        catch (Exception e)
        {
            _end = new HistoryEvent(EventType.ExecutionFailed, Payload: EmbeddedJson.Write(FlowFailure.From(e)));
        }
    }

    private void CheckAsked(HistoryEvent e)
    {
        if (!_context.Unrecorded.Remove(e.TaskId!.Value, out var action))
        {
            throw Diverged(e.Describe(), Doing());
        }

        if (action.Type != e.Type || action.Name != e.Name)
        {
            throw Diverged(e.Describe(), $"asked for {action.ToEvent().Describe()}");
        }

        if (compareInputs && !SameJson(action.Payload, e.Payload!))
        {
            throw Diverged($"{e.Describe()} with {e.Payload}", $"asked for it with {action.Payload}");
        }
    }

    private void CheckNothingUnrecorded()
    {
        if (_context.Unrecorded.Count > 0)
        {
            throw Diverged(
                "nothing asked for there",
                $"asked for {_context.Unrecorded.Values.First().ToEvent().Describe()}"
            );
        }
    }

    private void CheckStillRunning()
    {
        if (_end is not null)
        {
            throw Diverged("a further turn", Doing());
        }
    }

    private void CheckEnded(HistoryEvent e)
    {
        CheckNothingUnrecorded();
        if (_end?.Type != e.Type || (compareInputs && !SameJson(_end.Payload!, e.Payload!)))
        {
            throw Diverged($"{e.Type} {e.Payload}", Doing());
        }
    }

    private string Doing() =>
        _end switch
        {
            { Type: EventType.ExecutionFailed } => $"had failed with {_end.Payload}",
            { } => $"had returned {_end.Payload}",
            null => "asked for nothing more there",
        };

    private static bool SameJson(string a, string b) =>
        a == b || JsonNode.DeepEquals(JsonNode.Parse(a), JsonNode.Parse(b));

    private NonDeterministicFlowException Diverged(string expected, string actual) =>
        new(new Divergence(instanceId, flowName, _sequence, expected, actual));

    private NonDeterministicFlowException ForeignTask() => ForeignTask(instanceId, flowName);

    public static NonDeterministicFlowException ForeignTask(string instanceId, string flowName) =>
        new(
            new Divergence(
                instanceId,
                flowName,
                null,
                "only tasks that the flow's context hands out",
                "awaits another one (a delay, I/O, Task.Run or ConfigureAwait(false))"
            )
        );
}
