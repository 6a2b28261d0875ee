using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Activities;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Verification;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Verify;

/// <summary>
/// One part of a verification: an activity stops at its budget and returns where it was, and the flow calls the next.
/// </summary>
public sealed class VerifyPartFlow : TaskOrchestrator<VerifyPartInput, VerifiedPart>
{
    /// <summary>Activities of one generation.</summary>
    public const int StepsPerGeneration = 200;

    public override async Task<VerifiedPart> RunAsync(TaskOrchestrationContext context, VerifyPartInput input)
    {
        using var cancel = new CancelSignal(context, "The verification was cancelled.");
        VerifyStepInput next = input.Next;
        VerifyReport report = input.Report;
        for (int i = 0; i < StepsPerGeneration; i++)
        {
            VerifiedStep step = await cancel.UnlessCancelledAsync(
                context.CallActivityAsync<VerifiedStep>(nameof(VerifyStep), next, Retries.Storage.Until(cancel.Ended))
            );
            report = (step.Again is { } again ? report.Renew(again) : report) + step.Report;
            if (step.Next is null)
            {
                return new VerifiedPart(report, step.IsStopped);
            }

            next = next with { After = step.Next, Spent = next.Spent + step.Took };
        }

        context.ContinueAsNew(new VerifyPartInput(next, report));
        return new VerifiedPart(report, IsStopped: false);
    }
}
