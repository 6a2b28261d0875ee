using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>Reads the log: how far it goes, and what is odd about it.</summary>
internal sealed class PlanVerify(FlowEnvironment environment) : IActivity<VerifyInput, VerifyPlan>
{
    public async Task<VerifyPlan> RunAsync(VerifyInput input, ActivityContext context, CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Runs.OpenRepositoryAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return new VerifyPlan(head.Sequence, VerifyReport.OfLog(head));
    }
}
