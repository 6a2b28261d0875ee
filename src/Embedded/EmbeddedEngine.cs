using System.Threading.Channels;
using AlfrescoBackupFlows.Embedded.Journal;
using AlfrescoBackupFlows.Embedded.Replay;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Embedded;

/// <summary>
/// Runs flows in this process by deterministic replay over a journal in SQLite. Whatever ends the process, the next one
/// goes on after the last result that was recorded. Holds the state directory's lock for as long as it lives.
/// </summary>
public sealed class EmbeddedEngine : IAsyncDisposable
{
    /// <summary>In one commit: a flow that never waits for anything is to be seen and stopped all the same.</summary>
    private const int MaxTurnsAtOnce = 100;

    private readonly TaskCatalog _catalog;
    private readonly EngineOptions _options;
    private readonly ILogger _logger;
    private readonly ProcessLock _lock;
    private readonly JournalDatabase _journal;
    private readonly InstanceTable _instances;
    private readonly FlowClock _clock;
    private readonly WorkTables _work;
    private readonly ActivityRunner _activities;
    private readonly ITimer _alarm;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private volatile NonDeterministicFlowException? _foreignTask;
    private int _busy;
    private long _turned;

    private EmbeddedEngine(string directory, ProcessLock processLock, TaskCatalog catalog, EngineOptions options)
    {
        _catalog = catalog;
        _options = options;
        _lock = processLock;
        _logger = options.LoggerFactory.CreateLogger<EmbeddedEngine>();
        _journal = JournalDatabase.Open(directory, check: true, options.CrashPoint);
        _instances = new InstanceTable(_journal, options.TimeProvider);
        _clock = new FlowClock(options.TimeProvider);
        _work = new WorkTables(_journal, _instances, _clock);
        _activities = new ActivityRunner(catalog, options, _logger, Wake);
        _alarm = options.TimeProvider.CreateTimer(
            _ => Wake(),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        Client = new FlowClient(directory, options.TimeProvider, Wake);
    }

    /// <summary>Status, events and termination of the instances in this journal.</summary>
    public FlowClient Client { get; }

    /// <summary>How long ago the running instance was looked at last, which happens twice a second at least; null: none is
    /// driven. For who must know that the engine has not come to a halt.</summary>
    public TimeSpan? SinceTurn =>
        Volatile.Read(ref _busy) == 0 ? null : _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _turned));

    /// <summary>Opens or creates the journal in a local directory and takes its lock.</summary>
    /// <exception cref="PermanentException">
    /// Busy: another process runs flows here (its id is named). Configuration: the directory is on a network file
    /// system, or the journal is damaged or of a newer version.
    /// </exception>
    public static EmbeddedEngine Open(string stateDirectory, TaskCatalog catalog, EngineOptions? options = null)
    {
        var directory = StateDirectory.Prepare(stateDirectory);
        var processLock = ProcessLock.Acquire(Path.Combine(directory, JournalSchema.LockName));
        try
        {
            return new EmbeddedEngine(directory, processLock, catalog, options ?? new EngineOptions());
        }
        catch
        {
            processLock.Dispose();
            throw;
        }
    }

    /// <summary>Whether a living process holds the journal of this directory.</summary>
    public static bool IsRunning(string stateDirectory) =>
        ProcessLock.IsHeld(Path.Combine(Path.GetFullPath(stateDirectory), JournalSchema.LockName));

    /// <summary>
    /// Removes a state directory whose instances all ended longer ago than <paramref name="kept"/>, or as far in the
    /// future, by a clock that was wrong.
    /// </summary>
    /// <returns>False: it is in use, or something in it is not that old, or has not ended.</returns>
    public static bool TryRemove(string stateDirectory, TimeSpan kept, TimeProvider time)
    {
        try
        {
            using ProcessLock held = ProcessLock.Acquire(Path.Combine(stateDirectory, JournalSchema.LockName));
            using (FlowClient? client = FlowClient.TryOpen(stateDirectory))
            {
                if (
                    client is null
                    || client
                        .List()
                        .Any(i =>
                            i.Status is RuntimeStatus.Running
                            || !RecordedTime.IsFarOff(i.Updated, kept, time.GetUtcNow())
                        )
                )
                {
                    return false;
                }
            }

            RemoveOwnFiles(stateDirectory);
            return true;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Busy)
        {
            return false;
        }
    }

    private static void RemoveOwnFiles(string stateDirectory)
    {
        OwnTree journal = OwnTree.OpenPrivate(stateDirectory);
        foreach (string name in JournalSchema.Files)
        {
            journal.Delete(name);
        }

        // With the lock still held, so that nobody begins a journal here meanwhile. Windows keeps the directory and its
        // lock file, and all keep what is not ours.
        if (!OperatingSystem.IsWindows())
        {
            foreach (string name in ProcessLock.FilesOf(JournalSchema.LockName))
            {
                journal.Delete(name);
            }

            StateDirectory.DeleteIfEmpty(stateDirectory);
        }
    }

    /// <summary>Puts a new instance into the journal.</summary>
    /// <exception cref="PermanentException">Configuration: the id is taken.</exception>
    public void Start(TaskName flow, object input, string instanceId) =>
        Client.Start(flow.Name, _catalog.Write(input), instanceId);

    /// <summary>
    /// Drives an instance and its sub-orchestrations until it ends. Cancellation is a clean stop: running activities
    /// get the token and are awaited, what they finished is recorded, and the next call goes on from there. One call at
    /// a time.
    /// </summary>
    /// <returns>How it ended; a failure of the flow is returned, not thrown.</returns>
    /// <exception cref="NonDeterministicFlowException">The code does not match the history. The instance stays as it
    /// was.</exception>
    /// <exception cref="PermanentException">Configuration: no such instance, or the journal failed.</exception>
    public async Task<FlowInstance> RunToEndAsync(string instanceId, CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _turned, _options.TimeProvider.GetTimestamp());
        if (Interlocked.Exchange(ref _busy, 1) == 1)
        {
            throw new InvalidOperationException("the engine runs one instance at a time");
        }

        try
        {
            using var stop = cancellationToken.Register(Wake);
            _foreignTask = null;
            if (_work.Requeue() is > 0 and var interrupted)
            {
                Logs.TookOver(_logger, interrupted);
            }

            return await DriveAsync(instanceId, cancellationToken);
        }
        finally
        {
            _alarm.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            await _activities.StopAsync();
            _busy = 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _alarm.DisposeAsync();
        await _activities.StopAsync();
        Client.Dispose();
        _journal.Dispose();
        _lock.Dispose();
    }

    private async Task<FlowInstance> DriveAsync(string id, CancellationToken cancellationToken)
    {
        CheckReplays(id);
        while (!cancellationToken.IsCancellationRequested)
        {
            Volatile.Write(ref _turned, _options.TimeProvider.GetTimestamp());
            Step step = TakeStep(id);
            step.Started.ForEach(_activities.Start);
            if (_foreignTask is { } foreign)
            {
                throw foreign;
            }

            var instance =
                _instances.Find(id)
                ?? throw new PermanentException(ErrorKind.Configuration, $"there is no instance {id}: start it first");
            if (instance.Status != RuntimeStatus.Running)
            {
                Logs.Ended(_logger, id, instance.Status);
                return instance;
            }

            await _activities.KeepOnlyAsync(_work.StartedActivities);
            if (step.IsDone)
            {
                await SleepAsync(step.NextTimer);
            }
        }

        await _activities.StopAsync();
        _work.Record(_activities.TakeOutcomes());
        Logs.Stopped(_logger, id);
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>
    /// What came in, the turns that follow from it and the activities that they start: one commit, since each waits for
    /// the disk.
    /// </summary>
    private Step TakeStep(string id)
    {
        List<ActivityOutcome> outcomes = _activities.TakeOutcomes();
        try
        {
            return _journal.Transact(() =>
            {
                _work.Record(outcomes);
                _work.FireTimers(id);
                int turns = 0;
                while (
                    turns < MaxTurnsAtOnce && _foreignTask is null && _work.ReadyInstances(id) is { Count: > 0 } ready
                )
                {
                    foreach (var instance in ready)
                    {
                        _work.TakeTurn(instance, RunTurn);
                        turns++;
                    }
                }

                List<PendingActivity> started = _foreignTask is null ? TakeActivities(id) : [];
                return new Step(IsDone: turns < MaxTurnsAtOnce, _work.NextTimer(id), started);
            });
        }
        catch (NonDeterministicFlowException)
        {
            // What activities did counts for the version that can go on.
            _work.Record(outcomes);
            throw;
        }
    }

    // What this version cannot continue is reported before any activity runs again.
    private void CheckReplays(string root)
    {
        foreach (var instance in _instances.ListTree(root).Where(i => i.Status == RuntimeStatus.Running))
        {
            if (_instances.History(instance) is { Count: > 0 } past)
            {
                NewExecution(instance).Run(past, []);
                if (past.FindLast(e => e.Type == EventType.OrchestratorStarted) is { } turn)
                {
                    _clock.NotBefore(EmbeddedJson.ReadTime(turn.Payload!).ToUnixTimeMilliseconds());
                }
            }
        }
    }

    private TurnResult RunTurn(FlowInstance instance, List<HistoryEvent> past, List<HistoryEvent> news)
    {
        // Milliseconds, because that is what history keeps.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_clock.Now);
        news.Insert(0, new HistoryEvent(EventType.OrchestratorStarted, Payload: EmbeddedJson.Write(now)));

        var result = NewExecution(instance).Run(past, news);
        Logs.Turn(_logger, instance.Id, news.Count, result.Actions.Count);
        if (result.End is { Type: EventType.ExecutionFailed } end)
        {
            Logs.FlowFailed(_logger, instance.Id, EmbeddedJson.ReadFailure(end.Payload!).Message);
        }

        return result;
    }

    private FlowExecution NewExecution(FlowInstance instance) =>
        new(
            _catalog,
            instance.FlowName,
            instance.Id,
            instance.Generation,
            _options.LoggerFactory,
            compareInputs: false,
            () =>
            {
                _foreignTask = FlowExecution.ForeignTask(instance.Id, instance.FlowName);
                Wake();
            }
        );

    private List<PendingActivity> TakeActivities(string id) =>
        _activities.FreeSlots > 0 ? _work.TakeActivities(id, _activities.FreeSlots, _catalog.HasActivity) : [];

    private async Task SleepAsync(long? nextTimer)
    {
        var wait = _options.PollInterval;
        if (nextTimer - _clock.Now is { } untilTimer && untilTimer < wait.TotalMilliseconds)
        {
            wait = TimeSpan.FromMilliseconds(Math.Max(untilTimer, 0));
        }

        _alarm.Change(wait, Timeout.InfiniteTimeSpan);
        await _wake.Reader.ReadAsync(CancellationToken.None); // a cancellation wakes it too
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    /// <param name="IsDone">Nothing is left to do before something else comes in.</param>
    /// <param name="NextTimer">When it is due; null where there is none.</param>
    private sealed record Step(bool IsDone, long? NextTimer, List<PendingActivity> Started);
}
