using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// What the backup's phases share: the context, the status, and that every wait also listens for the cancel event.
/// Holds nothing that a replay would not rebuild.
/// </summary>
internal sealed class BackupSteps : IDisposable
{
    public BackupSteps(TaskOrchestrationContext context)
    {
        Context = context;
        Cancel = new CancelSignal(context, "The backup was cancelled before its seal: no set was made.");
        Status = new BackupProgress(context);
    }

    public TaskOrchestrationContext Context { get; }

    public CancelSignal Cancel { get; }

    public BackupProgress Status { get; }

    public DateTimeOffset Now => Context.Now();

    public TaskOptions Retry(RetryRule rule) => rule.Until(Cancel.Ended);

    public Task<T> UnlessCancelledAsync<T>(Task<T> work) => Cancel.UnlessCancelledAsync(work);

    /// <summary>Sleeps durably.</summary>
    public async Task WaitUntilAsync(DateTimeOffset time)
    {
        using var timer = new CancellationTokenSource();
        try
        {
            await Cancel.UnlessCancelledAsync(Context.CreateTimer(time.UtcDateTime, timer.Token));
        }
        finally
        {
            Remove(timer);
        }
    }

    /// <summary>Stops listening; the flow ends.</summary>
    public void Dispose() => Cancel.Dispose();

    /// <summary>Not awaited: a flow awaits nothing but what its context handed out.</summary>
    private static void Remove(CancellationTokenSource timer) => timer.Cancel();
}
