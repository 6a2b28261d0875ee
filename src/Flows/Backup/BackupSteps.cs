using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Flows;

/// <summary>
/// How the backup's phases speak to the engine: every wait also listens for the cancel event, and every phase shows in the custom status.
/// Holds nothing that a replay would not rebuild.
/// </summary>
internal sealed class BackupSteps : IDisposable
{
    private readonly CancellationTokenSource _listening = new();
    private readonly Task _cancelled;

    public BackupSteps(IFlowContext context)
    {
        Context = context;
        _cancelled = context.WaitForExternalEvent<Nothing>(FlowEvents.Cancel, _listening.Token);
        Status = new BackupProgress(context);
    }

    public IFlowContext Context { get; }

    public BackupProgress Status { get; }

    public DateTimeOffset Now => Context.CurrentUtcDateTime;

    public async Task<TOutput> CallAsync<TInput, TOutput>(ActivityName<TInput, TOutput> activity, TInput input, RetryRule retry)
    {
        Task<TOutput> work = Context.CallActivityAsync(activity, input, retry);
        await UnlessCancelledAsync(work);
        return await work;
    }

    /// <summary>Sleeps durably.</summary>
    public async Task WaitUntilAsync(DateTimeOffset time)
    {
        using var timer = new CancellationTokenSource();
        try
        {
            await UnlessCancelledAsync(Context.CreateTimer(time, timer.Token));
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
        FanOut.RunAsync(Context, flow, inputs, parallelism, completed, UnlessCancelledAsync);

    /// <summary>Stops listening; the flow ends.</summary>
    public void Dispose()
    {
        _listening.Cancel();
        _listening.Dispose();
    }

    /// <summary>Not awaited: a flow awaits nothing but what its context handed out.</summary>
    private static void Remove(CancellationTokenSource timer) => timer.Cancel();

    private async Task UnlessCancelledAsync(Task work)
    {
        if (await Task.WhenAny(work, _cancelled) == _cancelled && !work.IsCompleted)
        {
            throw new PermanentException(ErrorKind.Cancelled, "The backup was cancelled before its seal: no set was made.");
        }
    }
}
