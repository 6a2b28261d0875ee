using System.Text.Json;
using AlfrescoBackupFlows.Flows.Engine;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions;

/// <summary>The flows' context over Durable Task's.</summary>
internal sealed class DurableFlowContext(TaskOrchestrationContext context, FlowCatalog catalog) : IFlowContext, IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly EventInbox _events = new(context);
    private readonly List<string> _children = [];

    public string InstanceId => context.InstanceId;

    public DateTimeOffset CurrentUtcDateTime => new(DateTime.SpecifyKind(context.CurrentUtcDateTime, DateTimeKind.Utc));

    public bool IsReplaying => context.IsReplaying;

    /// <summary>Instance ids of the sub-flows that have not ended.</summary>
    public IReadOnlyList<string> Children => _children;

    // The same loop as the embedded engine's: each attempt is a call of its own, between two a durable timer.
    public async Task<TOutput> CallActivityAsync<TInput, TOutput>(ActivityName<TInput, TOutput> activity, TInput input, RetryRule? retry = null)
    {
        JsonElement payload = Payload.Parse(catalog.Write(input));
        for (int attempt = 1; ;)
        {
            FlowFailure failure;
            try
            {
                return catalog.Read<TOutput>((await context.CallActivityAsync<JsonElement>(activity.Name, payload)).GetRawText());
            }
            catch (TaskFailedException e) when (!_ended.IsCancellationRequested && CrossingFailure.IsInterruption(e.FailureDetails))
            {
                continue; // Its host stopped: no attempt.
            }
            catch (TaskFailedException e)
            {
                failure = CrossingFailure.Read(e.FailureDetails);
            }

            if (!failure.IsRetryable || attempt >= (retry?.MaxAttempts ?? 1))
            {
                throw new FlowActivityException(activity.Name, failure);
            }

            await CreateTimer(CurrentUtcDateTime + retry!.DelayAfter(attempt++), _ended.Token);
        }
    }

    public async Task<TOutput> CallSubFlowAsync<TInput, TOutput>(FlowName<TInput, TOutput> flow, TInput input, string? instanceId = null)
    {
        string child = instanceId ?? $"{HubIds.SubFlowPrefix}{InstanceId}-{context.NewGuid():n}";
        _children.Add(child);
        try
        {
            var options = new SubOrchestrationOptions { InstanceId = child };
            return catalog.Read<TOutput>((await context.CallSubOrchestratorAsync<JsonElement>(flow.Name, Payload.Parse(catalog.Write(input)), options)).GetRawText());
        }
        catch (TaskFailedException e)
        {
            throw new FlowActivityException(flow.Name, CrossingFailure.Read(e.FailureDetails));
        }
        finally
        {
            _children.Remove(child);
        }
    }

    public Task CreateTimer(DateTimeOffset fireAt, CancellationToken cancellationToken) =>
        context.CreateTimer(fireAt.UtcDateTime, cancellationToken);

    public async Task<T> WaitForExternalEvent<T>(string name, CancellationToken cancellationToken) =>
        catalog.Read<T>(await _events.WaitAsync(name, cancellationToken));

    public void SetCustomStatus<T>(T status) => context.SetCustomStatus(Payload.Parse(catalog.Write(status)));

    public Guid NewGuid() => context.NewGuid();

    public void ContinueAsNew<TInput>(TInput input)
    {
        _events.Return();
        context.ContinueAsNew(Payload.Parse(catalog.Write(input)));
    }

    /// <summary>The flow has ended: nothing is tried again, and no timer is left that Durable Task would wait for.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    public ILogger CreateReplaySafeLogger(string category) => context.CreateReplaySafeLogger(category);
}
