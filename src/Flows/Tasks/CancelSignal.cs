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
    private readonly Task _afterStep;
    private readonly string _message;
    private readonly bool _waits;

    /// <param name="message">What the flow then fails with.</param>
    /// <param name="waits">See <see cref="Waits"/>.</param>
    public CancelSignal(TaskOrchestrationContext context, string message, bool waits = false)
    {
        Ended = _ended.Token;
        _cancelled = context.WaitForExternalEvent<Nothing>(FlowEvents.Cancel, Ended);
        _afterStep = context.WaitForExternalEvent<Nothing>(FlowEvents.CancelAfterStep, Ended);
        (_message, _waits) = (message, waits);
    }

    /// <summary>
    /// The flow ends after what it was waiting for, not before: whoever cancels it removes next what that would write to.
    /// </summary>
    public bool Waits => _waits || _afterStep.IsCompleted;

    /// <summary>Cancelled when the flow ends.</summary>
    public CancellationToken Ended { get; }

    /// <exception cref="PermanentException">Cancelled: the event came already.</exception>
    public void ThrowIfCancelled()
    {
        if (_cancelled.IsCompleted || _afterStep.IsCompleted)
        {
            throw new PermanentException(ErrorKind.Cancelled, _message);
        }
    }

    /// <param name="stop">Called when the event comes first.</param>
    /// <exception cref="PermanentException">Cancelled: the event came first.</exception>
    public async Task UnlessCancelledAsync(Task work, Action? stop = null)
    {
        if (await Task.WhenAny(work, _cancelled, _afterStep) != work && !work.IsCompleted)
        {
            stop?.Invoke();
            await EndAsync(work);
            throw new PermanentException(ErrorKind.Cancelled, _message);
        }
    }

    /// <summary>Returns at once, or where the flow waits, when the work has ended, however it does.</summary>
    public async Task EndAsync(Task work)
    {
        try
        {
            await (Waits ? work : Task.CompletedTask);
        }
        catch (TaskFailedException)
        {
            // It was cancelled, and nobody asks for its result.
        }
    }

    /// <inheritdoc cref="UnlessCancelledAsync(Task, Action)"/>
    public async Task<T> UnlessCancelledAsync<T>(Task<T> work, Action? stop = null)
    {
        await UnlessCancelledAsync((Task)work, stop);
        return await work;
    }

    /// <summary>Stops listening; the flow ends.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }
}
