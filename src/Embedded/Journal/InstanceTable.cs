using AlfrescoBackupFlows.Embedded.Replay;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Data.Sqlite;

namespace AlfrescoBackupFlows.Embedded.Journal;

/// <summary>The statements about instances as wholes. Those that write are called inside a transaction.</summary>
internal sealed class InstanceTable(JournalDatabase journal, TimeProvider time)
{
    private const string Columns =
        "id, flow, generation, status, input, custom_status, result, failure, created, updated";

    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public FlowInstance? Find(string id) =>
        journal.Query($"SELECT {Columns} FROM instance WHERE id = $1", Read, id).SingleOrDefault();

    /// <summary>Those that are nobody's sub-orchestration, the one that was started last first, whatever the clock
    /// said.</summary>
    public List<FlowInstance> List() =>
        journal.Query($"SELECT {Columns} FROM instance WHERE parent IS NULL ORDER BY number DESC", Read);

    /// <summary>One that is nobody's sub-orchestration, and all its sub-orchestrations.</summary>
    public List<FlowInstance> ListTree(string root) =>
        journal.Query($"SELECT {Columns} FROM instance WHERE root = $1 ORDER BY created DESC, id", Read, root);

    /// <returns>False: the id is taken.</returns>
    public bool TryInsert(string id, string flow, string input, FlowInstance? parent = null, int? parentTask = null)
    {
        var now = Now;
        if (
            journal.Execute(
                """
                INSERT INTO instance(id, root, parent, parent_generation, parent_task, flow, generation, status, input, created, updated, number)
                VALUES($1, coalesce((SELECT root FROM instance WHERE id = $2), $1), $2, $3, $4, $5, 0, 'Running', $6, $7, $7,
                    CASE WHEN $2 IS NULL THEN (SELECT coalesce(max(number), 0) + 1 FROM instance WHERE parent IS NULL) ELSE 0 END)
                ON CONFLICT DO NOTHING
                """,
                id,
                parent?.Id,
                parent?.Generation,
                parentTask,
                flow,
                input,
                now
            ) == 0
        )
        {
            return false;
        }

        Post(id, null, new HistoryEvent(EventType.ExecutionStarted, null, flow, input));
        return true;
    }

    public void Post(string id, int? generation, HistoryEvent e) =>
        journal.Execute(
            "INSERT INTO inbox(instance, generation, type, task, name, payload) VALUES($1, $2, $3, $4, $5, $6)",
            id,
            generation,
            e.Type.ToString(),
            e.TaskId,
            e.Name,
            e.Payload
        );

    public int Append(FlowInstance instance, int sequence, HistoryEvent e)
    {
        journal.Execute(
            "INSERT INTO history(instance, generation, sequence, type, task, name, payload) VALUES($1, $2, $3, $4, $5, $6, $7)",
            instance.Id,
            instance.Generation,
            sequence,
            e.Type.ToString(),
            e.TaskId,
            e.Name,
            e.Payload
        );
        return sequence + 1;
    }

    public List<HistoryEvent> History(FlowInstance instance) =>
        journal.Query(
            "SELECT type, task, name, payload FROM history WHERE instance = $1 AND generation = $2 ORDER BY sequence",
            row => ReadEvent(row, instance),
            instance.Id,
            instance.Generation
        );

    /// <summary>Ends an instance: nothing of it is left to do, its children are terminated, its parent is
    /// told.</summary>
    /// <param name="end">How; it is in the history already.</param>
    public void End(FlowInstance instance, HistoryEvent end)
    {
        var (status, result, failure) = end.Type switch
        {
            EventType.ExecutionCompleted => (RuntimeStatus.Completed, end.Payload, null),
            EventType.ExecutionFailed => (RuntimeStatus.Failed, null, end.Payload),
            _ => (RuntimeStatus.Terminated, (string?)null, end.Payload),
        };
        journal.Execute(
            "UPDATE instance SET status = $2, result = $3, failure = $4, updated = $5 WHERE id = $1",
            instance.Id,
            status.ToString(),
            result,
            failure,
            Now
        );
        DropOpenWork(instance);
        journal.Execute("DELETE FROM inbox WHERE instance = $1", instance.Id);

        // A parent that has ended or continued as new meanwhile has no use for the answer; the turn leaves out what is
        // not its generation's.
        journal.Execute(
            """
            INSERT INTO inbox(instance, generation, type, task, name, payload)
            SELECT p.id, c.parent_generation, $2, c.parent_task, c.flow, $3
            FROM instance c JOIN instance p ON p.id = c.parent
            WHERE c.id = $1 AND p.status = 'Running'
            """,
            instance.Id,
            (
                failure is null ? EventType.SubOrchestrationInstanceCompleted : EventType.SubOrchestrationInstanceFailed
            ).ToString(),
            result ?? failure
        );
    }

    /// <summary>Drops what a generation asked for and no longer needs; sub-orchestrations of it are
    /// terminated.</summary>
    public void DropOpenWork(FlowInstance instance)
    {
        journal.Execute("UPDATE activity SET state = 4 WHERE instance = $1 AND state < 2", instance.Id);
        journal.Execute("DELETE FROM timer WHERE instance = $1", instance.Id);
        foreach (
            var child in journal.Query(
                "SELECT id FROM instance WHERE parent = $1 AND status = 'Running'",
                row => row.GetString(0),
                instance.Id
            )
        )
        {
            Terminate(Find(child)!, $"{instance.Id} ended");
        }
    }

    public void Terminate(FlowInstance instance, string reason)
    {
        var end = new HistoryEvent(
            EventType.ExecutionTerminated,
            Payload: EmbeddedJson.Write(
                new FlowFailure(ErrorKind.Cancelled, $"terminated: {reason}", IsRetryable: false)
            )
        );
        Append(instance, NextSequence(instance), end);
        End(instance, end);
    }

    public int NextSequence(FlowInstance instance) =>
        (int)
            journal
                .Number(
                    "SELECT coalesce(max(sequence) + 1, 0) FROM history WHERE instance = $1 AND generation = $2",
                    instance.Id,
                    instance.Generation
                )!
                .Value;

    /// <returns>Ended instances that were removed, sub-orchestrations not counted.</returns>
    /// <param name="kept">Milliseconds.</param>
    public int Purge(long kept)
    {
        var roots = journal.Query(
            """
            SELECT id FROM instance WHERE parent IS NULL AND status <> 'Running' AND abs($1 - updated) > $2
            AND number < (SELECT max(number) FROM instance WHERE parent IS NULL)
            """,
            row => row.GetString(0),
            Now,
            kept
        );
        foreach (var root in roots)
        {
            foreach (var table in (ReadOnlySpan<string>)["history", "activity"])
            {
                journal.Execute(
                    $"DELETE FROM {table} WHERE instance IN (SELECT id FROM instance WHERE root = $1)",
                    root
                );
            }

            journal.Execute("DELETE FROM instance WHERE root = $1", root);
        }

        return roots.Count;
    }

    public List<ActivityCount> CountActivities(string root) =>
        journal.Query(
            """
            SELECT a.name, count(*), sum(a.starts) FROM activity a JOIN instance i ON i.id = a.instance WHERE i.root = $1 GROUP BY a.name ORDER BY a.name
            """,
            row => new ActivityCount(row.GetString(0), row.GetInt32(1), row.GetInt32(2)),
            root
        );

    /// <exception cref="NonDeterministicFlowException">The event is of a version of this program that named them
    /// otherwise.</exception>
    public static HistoryEvent ReadEvent(SqliteDataReader row, FlowInstance instance) =>
        Enum.TryParse(row.GetString(0), out EventType type)
            ? new(type, row.IsDBNull(1) ? null : row.GetInt32(1), Text(row, 2), Text(row, 3))
            : throw new NonDeterministicFlowException(
                new Divergence(
                    instance.Id,
                    instance.FlowName,
                    null,
                    $"{row.GetString(0)}, as another version wrote it",
                    "has no event of that name"
                )
            );

    private static FlowInstance Read(SqliteDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            row.GetInt32(2),
            Enum.Parse<RuntimeStatus>(row.GetString(3)),
            row.GetString(4),
            Text(row, 5),
            Text(row, 6),
            Text(row, 7) is { } failure ? EmbeddedJson.ReadFailure(failure) : null,
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9))
        );

    private static string? Text(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);
}
