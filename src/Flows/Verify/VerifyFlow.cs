using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Activities;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Verification;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Verify;

/// <summary>
/// Proves that sets restore: the structure of each, then, where asked for, every byte that they need. Reads only: no
/// lease, no installation. What is wrong with the repository is a finding; the flow fails only where the storage does.
/// </summary>
public sealed class VerifyFlow : TaskOrchestrator<VerifyInput, VerifyResult>
{
    public override async Task<VerifyResult> RunAsync(TaskOrchestrationContext context, VerifyInput input)
    {
        DateTime started = context.CurrentUtcDateTime;
        VerifyResult result = await VerifyAsync(context, input);
        if (result.Head != VerifyPlan.Nothing)
        {
            await context.CallActivityAsync<Nothing>(
                nameof(RecordVerification),
                new RecordVerificationInput(input, result, new DateTimeOffset(started, TimeSpan.Zero)),
                Retries.Check.Until(CancellationToken.None)
            );
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

        VerifiedPart structure = await RunPartAsync(
            context,
            cancel,
            input,
            plan.Head,
            VerifyParts.Structure,
            plan.Report
        );
        if (structure.IsStopped || !input.ReadData)
        {
            return new VerifyResult(plan.Head, structure.Report);
        }

        VerifiedPart data = await RunPartAsync(context, cancel, input, plan.Head, VerifyParts.Data, structure.Report);
        return new VerifyResult(plan.Head, data.Report);
    }

    private static async Task<VerifiedPart> RunPartAsync(
        TaskOrchestrationContext context,
        CancelSignal cancel,
        VerifyInput input,
        long head,
        string part,
        VerifyReport report
    )
    {
        context.SetCustomStatus(new FlowStatus(part, FilesDone: report.Totals.Files));
        VerifyPartInput[] whole = [new VerifyPartInput(new VerifyStepInput(input, head, part, After: null), report)];
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
