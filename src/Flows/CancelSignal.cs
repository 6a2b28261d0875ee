using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Flows;

/// <summary>Hears the cancel event while a flow waits for something else. Holds nothing that a replay would not rebuild.</summary>
internal sealed class CancelSignal : IDisposable
{
    private readonly CancellationTokenSource _listening = new();
    private readonly Task _cancelled;
    private readonly string _message;

    /// <param name="message">What the flow then fails with.</param>
    public CancelSignal(IFlowContext context, string message)
    {
        _cancelled = context.WaitForExternalEvent<Nothing>(FlowEvents.Cancel, _listening.Token);
        _message = message;
    }

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
        _listening.Cancel();
        _listening.Dispose();
    }
}
