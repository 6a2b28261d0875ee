using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows.Restore;

/// <summary>Restores one range of a root: an activity stops at its budget and returns where it was, and the flow calls the next.</summary>
public sealed class RestoreRangeFlow : IFlow<RestoreRangeFlowInput, RestoredTotals>
{
    /// <summary>Activities of one generation.</summary>
    public const int StepsPerGeneration = 200;

    public async Task<RestoredTotals> RunAsync(IFlowContext context, RestoreRangeFlowInput input)
    {
        RestoreRangeInput next = input.Next;
        RestoredTotals totals = input.Totals;
        for (int i = 0; i < StepsPerGeneration; i++)
        {
            RestoredStep step = await context.CallActivityAsync(RestoreNames.RestoreRange, next, Retries.Capture);
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
