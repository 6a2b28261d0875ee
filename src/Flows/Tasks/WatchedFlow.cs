using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>
/// Around every flow: makes its span and those of its phases, and counts how it ended. Replayed turns make nothing: what
/// they say was said when they were new. All times are the context's, so that they span processes and turns.
/// </summary>
internal sealed class WatchedFlow(ITaskOrchestrator flow) : ITaskOrchestrator
{
    private static readonly AsyncLocal<Phased?> Local = new();

    public Type InputType => flow.InputType;

    public Type OutputType => flow.OutputType;

    /// <summary>The flow that runs here comes to a phase.</summary>
    public static void EnterPhase(string phase) => Local.Value?.Enter(phase);

    public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
    {
        var phased = new Phased(context);
        Local.Value = phased;
        try
        {
            object? result = await flow.RunAsync(context, input);
            phased.End(failure: null);
            return result;
        }
        catch (Exception e) when (e is AbfException or TaskFailedException)
        {
            phased.End(FlowFailure.From(e));
            throw;
        }
    }

    /// <summary>Where the flow is. Holds nothing that a replay would not rebuild.</summary>
    private sealed class Phased(TaskOrchestrationContext context)
    {
        private readonly DateTimeOffset _started = context.Now();
        private string? _phase;
        private DateTimeOffset _since;

        private bool IsRun => FlowTrace.ParentOf(context.InstanceId) is null;

        public void Enter(string phase)
        {
            if (phase != _phase)
            {
                Leave(failure: null);
                (_phase, _since) = (phase, context.Now());
                if (IsRun && RunScope.Current is { } scope)
                {
                    scope.Phase = phase;
                }
            }
        }

        public void End(FlowFailure? failure)
        {
            Leave(failure);
            if (context.IsReplaying)
            {
                return;
            }

            FlowTrace.Add(context.InstanceId, context.Name.Name, phase: null, _started, context.Now(), failure);
            if (IsRun)
            {
                FlowMetrics.RunEnded(
                    context.Name.Name,
                    failure is null ? "completed"
                        : failure.Kind is ErrorKind.Cancelled ? "cancelled"
                        : "failed"
                );
            }
        }

        private void Leave(FlowFailure? failure)
        {
            if (_phase is null || context.IsReplaying)
            {
                return;
            }

            DateTimeOffset now = context.Now();
            FlowTrace.Add(context.InstanceId, $"phase {_phase}", _phase, _since, now, failure);
            if (IsRun)
            {
                FlowMetrics.PhaseEnded(context.Name.Name, _phase, now - _since);
            }
        }
    }
}
