using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Gives the lease back, and after a failure or cancel ends the run in the log. A run that has its set, or was evicted,
/// stays as it is. Idempotent; needs no lease, because the run may just have lost it.
/// </summary>
internal sealed class CloseRun(FlowEnvironment environment) : FlowActivity<CloseRunInput, Nothing>
{
    public override async Task<Nothing> RunAsync(
        CloseRunInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        if (input.Reason is not null)
        {
            BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
            await repository.Log.AbortAsync(input.Run.Id, input.Reason, cancellationToken);
        }

        await environment.Runs.Leases.ReleaseAsync(input.Run.Id, cancellationToken);
        return Nothing.Value;
    }
}
