using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows.Verify;

/// <summary>The activities of the verification by name. Each is a class of the same name.</summary>
internal static class VerifyNames
{
    public static readonly ActivityName<VerifyInput, VerifyPlan> PlanVerify = new(nameof(Activities.PlanVerify));
    public static readonly ActivityName<VerifyStepInput, VerifiedStep> VerifyStep = new(nameof(Activities.VerifyStep));

    public static readonly FlowName<VerifyPartInput, VerifiedPart> VerifyPartFlow = new(nameof(Verify.VerifyPartFlow));
}
