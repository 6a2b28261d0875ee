namespace AlfrescoBackupFlows.Embedded.Replay;

/// <summary>
/// Keeps all of a flow on the one thread of its turn. Whatever is posted from elsewhere comes from a task that the
/// flow's context did not hand out (a delay, I/O, the thread pool) and would not come at the same place in a replay.
/// </summary>
internal sealed class FlowSynchronizationContext(Action onForeignTask) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private volatile int _thread;
    private volatile bool _sawForeignTask;

    public bool SawForeignTask => _sawForeignTask;

    public bool IsCurrent => Current == this && _thread == Environment.CurrentManagedThreadId;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (_thread == Environment.CurrentManagedThreadId)
        {
            _queue.Enqueue((d, state));
        }
        else
        {
            ReportForeignTask();
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("flow code never blocks");

    public void ReportForeignTask()
    {
        _sawForeignTask = true;
        onForeignTask();
    }

    /// <summary>Runs a turn on this thread.</summary>
    public T RunTurn<T>(Func<T> turn)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            return turn();
        }
        finally
        {
            _thread = 0;
            SetSynchronizationContext(previous);
        }
    }

    /// <summary>Does one step and everything that follows from it.</summary>
    public void Step(Action step)
    {
        step();
        while (_queue.TryDequeue(out var next))
        {
            next.Callback(next.State);
        }
    }
}
