using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows;

/// <summary>
/// Captures one range of a content root: an activity stops at its budget and returns a cursor, and the flow calls the next. History stays
/// short by continuing as new between batches.
/// </summary>
public sealed class CaptureRangeFlow : IFlow<CaptureRangeFlowInput, CapturedRange>
{
    /// <summary>Activities of one generation.</summary>
    public const int StepsPerGeneration = 200;

    public async Task<CapturedRange> RunAsync(IFlowContext context, CaptureRangeFlowInput input)
    {
        CaptureRangeInput next = input.Next;
        FileTotals totals = input.Totals;
        for (int i = 0; i < StepsPerGeneration; i++)
        {
            if (input.Deadline is { } deadline && context.CurrentUtcDateTime > deadline)
            {
                return new CapturedRange(next.Step, Expired: true, totals);
            }

            CapturedStep step = await context.CallActivityAsync(BackupNames.CaptureRange, next, Retries.Capture);
            totals += step.Totals;
            if (step.Next is null)
            {
                return new CapturedRange(next.Step + 1, Expired: false, totals);
            }

            next = next with { Step = next.Step + 1, Paths = next.Paths with { From = step.Next } };
        }

        var rest = input with { Next = next, Totals = totals };
        context.ContinueAsNew(rest);
        return new CapturedRange(next.Step, Expired: false, totals);
    }
}
