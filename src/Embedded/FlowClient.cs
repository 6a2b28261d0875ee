using AlfrescoBackupFlows.Embedded.Journal;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;

namespace AlfrescoBackupFlows.Embedded;

/// <summary>
/// Looks into a journal and writes into its inboxes, from the process that runs it or from any other: it needs no lock.
/// The journal is a local file and calls return in milliseconds. Payloads are JSON. Thread-safe.
/// </summary>
public sealed class FlowClient : IDisposable
{
    private readonly Lock _gate = new();
    private readonly JournalDatabase _journal;
    private readonly InstanceTable _instances;
    private readonly Action _changed;

    internal FlowClient(string stateDirectory, TimeProvider time, Action changed)
    {
        _journal = JournalDatabase.Open(stateDirectory, check: false);
        _instances = new InstanceTable(_journal, time);
        _changed = changed;
    }

    /// <returns>Null: there is no journal in this directory yet, so nothing has ever been started.</returns>
    /// <exception cref="PermanentException">Configuration: the journal is damaged, of a newer version, or on a network
    /// file system.</exception>
    public static FlowClient? TryOpen(string stateDirectory, TimeProvider? time = null)
    {
        if (!GivenPath.IsFile(Path.Combine(stateDirectory, JournalSchema.FileName)))
        {
            return null;
        }

        return new FlowClient(StateDirectory.Prepare(stateDirectory), time ?? TimeProvider.System, () => { });
    }

    /// <summary>Puts a new instance into the journal; it runs when an engine runs it.</summary>
    /// <exception cref="PermanentException">Configuration: the id is taken.</exception>
    public void Start(string flowName, string input, string instanceId)
    {
        PayloadLimit.Check($"the input of {flowName}", input);
        Write(() =>
            _instances.TryInsert(instanceId, flowName, input)
                ? true
                : throw new PermanentException(
                    ErrorKind.Configuration,
                    $"an instance {instanceId} exists already: choose another id"
                )
        );
    }

    /// <summary>Raises an external event; it is kept until the flow waits for it.</summary>
    /// <returns>False: there is no running instance of that id.</returns>
    public bool TryRaiseEvent(string instanceId, string eventName, string payload = "null")
    {
        PayloadLimit.Check($"event {eventName}", payload);
        return Write(() =>
        {
            var running = _instances.Find(instanceId) is { Status: RuntimeStatus.Running };
            if (running)
            {
                _instances.Post(instanceId, null, new HistoryEvent(EventType.EventRaised, null, eventName, payload));
            }

            return running;
        });
    }

    /// <summary>Ends an instance and its sub-orchestrations at once; a runner cancels their activities when it
    /// notices.</summary>
    /// <returns>False: there is no running instance of that id.</returns>
    public bool TryTerminate(string instanceId, string reason) =>
        Write(() =>
        {
            var instance = _instances.Find(instanceId);
            if (instance is not { Status: RuntimeStatus.Running })
            {
                return false;
            }

            _instances.Terminate(instance, reason);
            return true;
        });

    public FlowInstance? TryGet(string instanceId) => Read(() => _instances.Find(instanceId));

    /// <summary>Instances that are nobody's sub-orchestration, the one that was started last first.</summary>
    public IReadOnlyList<FlowInstance> List() => Read(() => _instances.List());

    /// <summary>Activity calls and starts of an instance that is nobody's sub-orchestration, its sub-orchestrations
    /// included, over all generations.</summary>
    public IReadOnlyList<ActivityCount> CountActivities(string rootInstanceId) =>
        Read(() => _instances.CountActivities(rootInstanceId));

    /// <summary>
    /// Removes what ended longer ago than <paramref name="kept"/>, or as far in the future, by a clock that was wrong,
    /// with its sub-orchestrations and histories. The newest instance stays: it tells how the last one ended.
    /// </summary>
    /// <returns>How many, sub-orchestrations not counted.</returns>
    public int Purge(TimeSpan kept) => Write(() => _instances.Purge((long)kept.TotalMilliseconds));

    public void Dispose() => _journal.Dispose();

    private T Read<T>(Func<T> body)
    {
        lock (_gate)
        {
            return _journal.Read(body);
        }
    }

    private T Write<T>(Func<T> body)
    {
        T result;
        lock (_gate)
        {
            result = _journal.Transact(body);
        }

        _changed();
        return result;
    }
}
