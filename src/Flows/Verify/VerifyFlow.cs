using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Activities;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Verification;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Verify;

/// <summary>
/// Proves that sets restore: the structure of each, then, where asked for, the bytes that they need, or the files of the
/// newest against those of the live installation. Reads only: no lease. What is wrong with the repository is a finding; the
/// flow fails only where the storage does, or the installation.
/// </summary>
public sealed class VerifyFlow : TaskOrchestrator<VerifyInput, VerifyResult>
{
    public override async Task<VerifyResult> RunAsync(TaskOrchestrationContext context, VerifyInput input)
    {
        DateTime started = context.CurrentUtcDateTime;
        VerifyResult result = await VerifyAsync(context, input);
        if (result.Head != VerifyPlan.Nothing)
        {
            try
            {
                await context.CallActivityAsync<Nothing>(
                    nameof(RecordVerification),
                    new RecordVerificationInput(input, result, new DateTimeOffset(started, TimeSpan.Zero)),
                    Retries.Check.Until(CancellationToken.None)
                );
            }
            catch (TaskFailedException e)
            {
                // What was found stands, whatever became of its record.
                Logs.CheckNotRecorded(context.CreateReplaySafeLogger(nameof(VerifyFlow)), FlowFailure.From(e).Message);
            }
        }

        return result;
    }

    private static async Task<VerifyResult> VerifyAsync(TaskOrchestrationContext context, VerifyInput input)
    {
        using var cancel = new CancelSignal(context, "The verification was cancelled.");
        VerifyPlan plan = await cancel.UnlessCancelledAsync(
            context.CallActivityAsync<VerifyPlan>(nameof(PlanVerify), input, Retries.Storage.Until(cancel.Ended))
        );
        if (plan.Head == VerifyPlan.Nothing)
        {
            return new VerifyResult(plan.Head, plan.Report);
        }

        VerifiedPart structure = await RunPartAsync(context, cancel, input, plan, VerifyParts.Structure, plan.Report);
        if (structure.IsStopped || input.Depth == VerifyDepths.Structure)
        {
            return new VerifyResult(plan.Head, structure.Report);
        }

        string part = input.Live ? VerifyParts.Live : VerifyParts.Data;
        VerifiedPart second = await RunPartAsync(context, cancel, input, plan, part, structure.Report);
        return new VerifyResult(plan.Head, second.Report);
    }

    private static async Task<VerifiedPart> RunPartAsync(
        TaskOrchestrationContext context,
        CancelSignal cancel,
        VerifyInput input,
        VerifyPlan plan,
        string part,
        VerifyReport report
    )
    {
        context.ShowStatus(new FlowStatus(part, FilesDone: report.Totals.Files));
        var first = new VerifyStepInput(input, plan.Head, part, After: null)
        {
            Sample = part == VerifyParts.Data ? plan.Sample : null,
        };
        VerifyPartInput[] whole = [new VerifyPartInput(first, report)];
        VerifiedPart[] parts = await FanOut.RunAsync<VerifyPartInput, VerifiedPart>(
            context,
            cancel,
            nameof(VerifyPartFlow),
            whole,
            parallelism: 1,
            _ => { }
        );
        return parts.Single();
    }
}
