using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>Opens the repository as a stranger would, by its config and its keys, and reads the log: how far it goes, and what is odd about it.</summary>
internal sealed class PlanVerify(FlowEnvironment environment) : IActivity<VerifyInput, VerifyPlan>
{
    public async Task<VerifyPlan> RunAsync(VerifyInput input, ActivityContext context, CancellationToken cancellationToken)
    {
        (BackupRepository repository, LogHead head) = await environment.Runs.OpenAnewAsync(cancellationToken);
        await repository.DisposeAsync();
        return new VerifyPlan(head.Sequence, VerifyReport.OfLog(head));
    }
}
