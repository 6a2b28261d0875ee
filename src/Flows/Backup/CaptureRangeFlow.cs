using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// Captures one range of a content root: an activity stops at its budget and returns a cursor, and the flow calls the
/// next. History stays short by continuing as new between batches.
/// </summary>
public sealed class CaptureRangeFlow : TaskOrchestrator<CaptureRangeFlowInput, CapturedRange>
{
    /// <summary>Activities of one generation.</summary>
    public const int StepsPerGeneration = 200;

    public override async Task<CapturedRange> RunAsync(TaskOrchestrationContext context, CaptureRangeFlowInput input)
    {
        using var cancel = new CancelSignal(context, "The capture of a range was cancelled.");
        CaptureRangeInput next = input.Next;
        FileTotals totals = input.Totals;
        byte[]? page = input.Page;
        for (int i = 0; i < StepsPerGeneration; i++)
        {
            if (input.Deadline is { } deadline && context.Now() > deadline)
            {
                return new CapturedRange(next.Step, Expired: true, totals) { Page = page };
            }

            CapturedStep step = await cancel.UnlessCancelledAsync(
                context.CallActivityAsync<CapturedStep>(nameof(CaptureRange), next, Retries.Capture.Until(cancel.Ended))
            );
            totals += step.Totals;
            page ??= step.Page;
            if (step.Next is null)
            {
                return new CapturedRange(next.Step + 1, Expired: false, totals) { Page = page };
            }

            // The history has room for one page of a range, and only the first step's is known to be that one.
            next = next with
            {
                Step = next.Step + 1,
                Room = 0,
                Paths = next.Paths with { From = step.Next },
            };
        }

        var rest = input with { Next = next, Totals = totals, Page = page };
        context.ContinueAsNew(rest);
        return new CapturedRange(next.Step, Expired: false, totals) { Page = page };
    }
}
