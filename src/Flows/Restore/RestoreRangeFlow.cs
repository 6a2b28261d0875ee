using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Restore;

/// <summary>
/// Restores one range of a root: an activity stops at its budget and returns where it was, and the flow calls the next.
/// </summary>
public sealed class RestoreRangeFlow : TaskOrchestrator<RestoreRangeFlowInput, RestoredTotals>
{
    /// <summary>Activities of one generation.</summary>
    public const int StepsPerGeneration = 200;

    public override async Task<RestoredTotals> RunAsync(TaskOrchestrationContext context, RestoreRangeFlowInput input)
    {
        using var cancel = new CancelSignal(context, "The restore of a range was cancelled.");
        RestoreRangeInput next = input.Next;
        RestoredTotals totals = input.Totals;
        for (int i = 0; i < StepsPerGeneration; i++)
        {
            RestoredStep step = await cancel.UnlessCancelledAsync(
                context.CallActivityAsync<RestoredStep>(nameof(RestoreRange), next, Retries.Capture.Until(cancel.Ended))
            );
            totals += step.Totals;
            if (step.Next is null)
            {
                return totals;
            }

            next = next with { Paths = next.Paths with { From = step.Next } };
        }

        context.ContinueAsNew(new RestoreRangeFlowInput(next, totals));
        return totals;
    }
}
