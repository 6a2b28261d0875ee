using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>
/// Opens the repository as a stranger would, by its config and its keys, and reads the log: how far it goes, and what
/// is odd about it.
/// </summary>
internal sealed class PlanVerify(FlowEnvironment environment) : FlowActivity<VerifyInput, VerifyPlan>
{
    public override async Task<VerifyPlan> RunAsync(
        VerifyInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        try
        {
            (BackupRepository repository, LogHead head) = await environment.Repository.OpenAnewAsync(cancellationToken);
            await using (repository)
            {
                if (input.ReadData)
                {
                    repository.RequireContentKeys("The bytes of sets cannot be read");
                }
            }

            return new VerifyPlan(head.Sequence, VerifyReport.OfLog(head));
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            return new VerifyPlan(VerifyPlan.Nothing, VerifyReport.OfFault(e));
        }
    }
}
