using AlfrescoBackupFlows.Embedded.Replay;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Embedded.Journal;

internal sealed record PendingActivity(long Id, string InstanceId, string Name, string Input);

/// <summary>The statements that the runner lives by, over inbox, activities and timers of one root instance and its
/// sub-orchestrations.</summary>
internal sealed class WorkTables(JournalDatabase journal, InstanceTable instances, FlowClock clock)
{
    /// <summary>Activities that were started and have no result: their process died or was stopped. They run
    /// again.</summary>
    public int Requeue() => journal.Transact(() => journal.Execute("UPDATE activity SET state = 0 WHERE state = 1"));

    /// <summary>Running instances whose inbox is not empty, the oldest news first.</summary>
    public List<string> ReadyInstances(string root) =>
        journal.Query(
            """
            SELECT b.instance FROM inbox b JOIN instance i ON i.id = b.instance
            WHERE i.root = $1 AND i.status = 'Running' GROUP BY b.instance ORDER BY min(b.id)
            """,
            row => row.GetString(0),
            root
        );

    /// <summary>Marks waiting activities as started, and counts the start, before any of them runs.</summary>
    /// <exception cref="NonDeterministicFlowException">An older version called an activity that this one does not
    /// have.</exception>
    public List<PendingActivity> TakeActivities(string root, int count, Predicate<string> isKnown)
    {
        var waiting = journal.Query(
            """
            SELECT a.id, a.instance, a.name, h.payload FROM activity a
            JOIN instance i ON i.id = a.instance
            JOIN history h ON h.instance = a.instance AND h.generation = a.generation AND h.sequence = a.sequence
            WHERE a.state = 0 AND i.root = $1 ORDER BY a.id LIMIT $2
            """,
            row => new PendingActivity(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3)),
            root,
            count
        );
        if (waiting.Find(a => !isKnown(a.Name)) is { } unknown)
        {
            throw new NonDeterministicFlowException(
                new Divergence(
                    unknown.InstanceId,
                    instances.Find(unknown.InstanceId)!.FlowName,
                    null,
                    $"activity {unknown.Name}",
                    "has no activity of that name"
                )
            );
        }

        if (waiting.Count > 0)
        {
            journal.Transact(() =>
            {
                waiting.RemoveAll(a =>
                    journal.Execute(
                        "UPDATE activity SET state = 1, starts = starts + 1 WHERE id = $1 AND state = 0",
                        a.Id
                    ) == 0
                );
                return true;
            });
        }

        return waiting;
    }

    /// <summary>Activities that somebody still waits for.</summary>
    public HashSet<long> StartedActivities() =>
        [.. journal.Query("SELECT id FROM activity WHERE state = 1", row => row.GetInt64(0))];

    /// <summary>Makes results durable. The first one counts; one that nobody waits for any more is left out.</summary>
    public void Record(IReadOnlyCollection<ActivityOutcome> outcomes) =>
        journal.Transact(() =>
        {
            foreach (var outcome in outcomes)
            {
                if (
                    journal.Execute(
                        "UPDATE activity SET state = $2 WHERE id = $1 AND state = 1",
                        outcome.ActivityId,
                        outcome.IsFailure ? 3 : 2
                    ) == 1
                )
                {
                    journal.Execute(
                        "INSERT INTO inbox(instance, generation, type, task, name, payload) "
                            + "SELECT instance, generation, $2, task, name, $3 FROM activity WHERE id = $1",
                        outcome.ActivityId,
                        (outcome.IsFailure ? EventType.TaskFailed : EventType.TaskCompleted).ToString(),
                        outcome.Payload
                    );
                }
            }

            return outcomes.Count;
        });

    /// <summary>Moves due timers into the inbox.</summary>
    public void FireTimers(string root)
    {
        var now = clock.Now;
        if (NextTimer(root) is not { } due || due > now)
        {
            return;
        }

        journal.Transact(() =>
        {
            journal.Execute(
                """
                INSERT INTO inbox(instance, generation, type, task, payload)
                SELECT t.instance, t.generation, 'TimerFired', t.task, 'null' FROM timer t JOIN instance i ON i.id = t.instance
                WHERE i.root = $1 AND t.fire_at <= $2 ORDER BY t.fire_at, t.instance, t.task
                """,
                root,
                now
            );
            return journal.Execute(
                "DELETE FROM timer WHERE fire_at <= $2 AND instance IN (SELECT id FROM instance WHERE root = $1)",
                root,
                now
            );
        });
    }

    /// <summary>When the next timer is due, in milliseconds since 1970; null where there is none.</summary>
    public long? NextTimer(string root) =>
        journal.Number(
            "SELECT min(t.fire_at) FROM timer t JOIN instance i ON i.id = t.instance WHERE i.root = $1",
            root
        );

    /// <summary>One turn: consumes the inbox, lets the flow run, and writes down all that follows, in one
    /// transaction.</summary>
    /// <returns>False: there was nothing to do.</returns>
    public bool TakeTurn(string id, Func<FlowInstance, List<HistoryEvent>, List<HistoryEvent>, TurnResult> run) =>
        journal.Transact(() =>
        {
            var instance = instances.Find(id);
            if (instance is not { Status: RuntimeStatus.Running })
            {
                return false;
            }

            var news = journal.Query(
                "SELECT type, task, name, payload FROM inbox WHERE instance = $1 AND coalesce(generation, $2) = $2 ORDER BY id",
                row => InstanceTable.ReadEvent(row, instance),
                id,
                instance.Generation
            );
            journal.Execute("DELETE FROM inbox WHERE instance = $1", id);
            if (news.Count > 0)
            {
                var past = instances.History(instance);
                Write(instance, past.Count, run(instance, past, news));
            }

            return true;
        });

    private void Write(FlowInstance instance, int sequence, TurnResult turn)
    {
        foreach (var e in turn.Arrived)
        {
            sequence = instances.Append(instance, sequence, e);
        }

        foreach (var action in turn.Actions)
        {
            Schedule(instance, sequence, action);
            sequence = instances.Append(instance, sequence, action.ToEvent());
        }

        foreach (var task in turn.CancelledTimers)
        {
            journal.Execute(
                "DELETE FROM timer WHERE instance = $1 AND generation = $2 AND task = $3",
                instance.Id,
                instance.Generation,
                task
            );
        }

        journal.Execute(
            "UPDATE instance SET custom_status = coalesce($2, custom_status), updated = $3 WHERE id = $1",
            instance.Id,
            turn.CustomStatus,
            instances.Now
        );
        if (turn.End is { } end)
        {
            instances.Append(instance, sequence, end);
            instances.End(instance, end);
        }
        else if (turn.NextInput is { } input)
        {
            ContinueAsNew(instance, input, turn.UnconsumedEvents);
        }
    }

    private void Schedule(FlowInstance instance, int sequence, FlowAction action)
    {
        switch (action.Type)
        {
            case EventType.TaskScheduled:
                journal.Execute(
                    "INSERT INTO activity(instance, generation, task, name, sequence) VALUES($1, $2, $3, $4, $5)",
                    instance.Id,
                    instance.Generation,
                    action.TaskId,
                    action.Name,
                    sequence
                );
                break;
            case EventType.TimerCreated:
                // Rounded up: a timer never fires early.
                var fireAt = EmbeddedJson
                    .ReadTime(action.Payload)
                    .AddTicks(TimeSpan.TicksPerMillisecond - 1)
                    .ToUnixTimeMilliseconds();
                journal.Execute(
                    "INSERT INTO timer(instance, generation, task, fire_at) VALUES($1, $2, $3, $4)",
                    instance.Id,
                    instance.Generation,
                    action.TaskId,
                    fireAt
                );
                break;
            case EventType.EventSent:
                SentEvent sent = EmbeddedJson.ReadSent(action.Payload);
                if (instances.Find(sent.InstanceId) is { Status: RuntimeStatus.Running })
                {
                    instances.Post(
                        sent.InstanceId,
                        null,
                        new HistoryEvent(EventType.EventRaised, null, action.Name, sent.Payload)
                    );
                }

                break;
            case EventType.SubOrchestrationInstanceCreated
                when !instances.TryInsert(action.ChildId!, action.Name, action.Payload, instance, action.TaskId):
                instances.Post(
                    instance.Id,
                    instance.Generation,
                    new HistoryEvent(
                        EventType.SubOrchestrationInstanceFailed,
                        action.TaskId,
                        action.Name,
                        EmbeddedJson.Write(
                            new FlowFailure(
                                ErrorKind.Unexpected,
                                $"an instance {action.ChildId} exists already",
                                IsRetryable: false
                            )
                        )
                    )
                );
                break;
        }
    }

    private void ContinueAsNew(FlowInstance instance, string input, IReadOnlyList<HistoryEvent> unconsumed)
    {
        instances.DropOpenWork(instance);
        journal.Execute("DELETE FROM history WHERE instance = $1", instance.Id);
        journal.Execute(
            "UPDATE instance SET generation = generation + 1, input = $2 WHERE id = $1",
            instance.Id,
            input
        );
        instances.Post(instance.Id, null, new HistoryEvent(EventType.ExecutionStarted, null, instance.FlowName, input));
        foreach (var e in unconsumed)
        {
            instances.Post(instance.Id, null, e);
        }
    }
}
