using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Verify;

/// <summary>One part of a verification: an activity stops at its budget and returns where it was, and the flow calls the next.</summary>
public sealed class VerifyPartFlow : IFlow<VerifyPartInput, VerifiedPart>
{
    /// <summary>Activities of one generation.</summary>
    public const int StepsPerGeneration = 200;

    public async Task<VerifiedPart> RunAsync(IFlowContext context, VerifyPartInput input)
    {
        VerifyStepInput next = input.Next;
        VerifyReport report = input.Report;
        for (int i = 0; i < StepsPerGeneration; i++)
        {
            VerifiedStep step = await context.CallActivityAsync(VerifyNames.VerifyStep, next, Retries.Storage);
            report = (step.Again is { } again ? report.Renew(again) : report) + step.Report;
            if (step.Next is null)
            {
                return new VerifiedPart(report, step.IsStopped);
            }

            next = next with { After = step.Next };
        }

        context.ContinueAsNew(new VerifyPartInput(next, report));
        return new VerifiedPart(report, IsStopped: false);
    }
}
