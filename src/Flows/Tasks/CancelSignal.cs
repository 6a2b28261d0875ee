using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>
/// Listens for the cancel event while a flow waits for something else. Holds nothing that a replay would not rebuild.
/// </summary>
internal sealed class CancelSignal : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _cancelled;
    private readonly string _message;

    /// <param name="message">What the flow then fails with.</param>
    public CancelSignal(TaskOrchestrationContext context, string message)
    {
        Ended = _ended.Token;
        _cancelled = context.WaitForExternalEvent<Nothing>(FlowEvents.Cancel, Ended);
        _message = message;
    }

    /// <summary>Cancelled when the flow ends.</summary>
    public CancellationToken Ended { get; }

    /// <exception cref="PermanentException">Cancelled: the event came first.</exception>
    public async Task UnlessCancelledAsync(Task work)
    {
        if (await Task.WhenAny(work, _cancelled) == _cancelled && !work.IsCompleted)
        {
            throw new PermanentException(ErrorKind.Cancelled, _message);
        }
    }

    /// <inheritdoc cref="UnlessCancelledAsync(Task)"/>
    public async Task<T> UnlessCancelledAsync<T>(Task<T> work)
    {
        await UnlessCancelledAsync((Task)work);
        return await work;
    }

    /// <summary>Stops listening; the flow ends.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }
}
