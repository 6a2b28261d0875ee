using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows;

/// <summary>
/// How the backup's phases speak to the engine: every wait also listens for the cancel event, and every phase shows in the custom status.
/// Holds nothing that a replay would not rebuild.
/// </summary>
internal sealed class BackupSteps : IDisposable
{
    private readonly CancelSignal _cancel;

    public BackupSteps(IFlowContext context)
    {
        Context = context;
        _cancel = new CancelSignal(context, "The backup was cancelled before its seal: no set was made.");
        Status = new BackupProgress(context);
    }

    public IFlowContext Context { get; }

    public BackupProgress Status { get; }

    public DateTimeOffset Now => Context.CurrentUtcDateTime;

    public Task<TOutput> CallAsync<TInput, TOutput>(ActivityName<TInput, TOutput> activity, TInput input, RetryRule retry) =>
        _cancel.UnlessCancelledAsync(Context.CallActivityAsync(activity, input, retry));

    /// <summary>Sleeps durably.</summary>
    public async Task WaitUntilAsync(DateTimeOffset time)
    {
        using var timer = new CancellationTokenSource();
        try
        {
            await _cancel.UnlessCancelledAsync(Context.CreateTimer(time, timer.Token));
        }
        finally
        {
            Remove(timer);
        }
    }

    /// <summary>
    /// Runs child flows, at most <paramref name="parallelism"/> at once, and returns their results in the order of the inputs.
    /// </summary>
    public Task<TOutput[]> FanOutAsync<TInput, TOutput>(
        FlowName<TInput, TOutput> flow, IReadOnlyList<TInput> inputs, int parallelism, Action<TOutput> completed) =>
        FanOut.RunAsync(Context, flow, inputs, parallelism, completed, _cancel.UnlessCancelledAsync);

    /// <summary>Stops listening; the flow ends.</summary>
    public void Dispose() => _cancel.Dispose();

    /// <summary>Not awaited: a flow awaits nothing but what its context handed out.</summary>
    private static void Remove(CancellationTokenSource timer) => timer.Cancel();
}
