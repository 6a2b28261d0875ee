using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Verify;

/// <summary>
/// Proves that sets restore: the structure of each, then, where asked for, every byte that they need. Reads only: no lease, no installation. What is wrong
/// with the repository is a finding; the flow fails only where the storage does.
/// </summary>
public sealed class VerifyFlow : IFlow<VerifyInput, VerifyResult>
{
    public async Task<VerifyResult> RunAsync(IFlowContext context, VerifyInput input)
    {
        using var cancel = new CancelSignal(context, "The verification was cancelled.");
        VerifyPlan plan = await cancel.UnlessCancelledAsync(context.CallActivityAsync(VerifyNames.PlanVerify, input, Retries.Storage));
        if (plan.Head == VerifyPlan.Nothing)
        {
            return new VerifyResult(plan.Head, plan.Report);
        }

        VerifiedPart structure = await cancel.UnlessCancelledAsync(RunPartAsync(context, input, plan.Head, VerifyParts.Structure, plan.Report));
        if (structure.IsStopped || !input.ReadData)
        {
            return new VerifyResult(plan.Head, structure.Report);
        }

        VerifiedPart data = await cancel.UnlessCancelledAsync(RunPartAsync(context, input, plan.Head, VerifyParts.Data, structure.Report));
        return new VerifyResult(plan.Head, data.Report);
    }

    private static Task<VerifiedPart> RunPartAsync(IFlowContext context, VerifyInput input, long head, string part, VerifyReport report)
    {
        context.SetCustomStatus(new FlowStatus(part, null, report.Totals.Files, 0, 0, 0));
        return context.CallSubFlowAsync(VerifyNames.VerifyPartFlow, new VerifyPartInput(new VerifyStepInput(input, head, part, After: null), report));
    }
}
