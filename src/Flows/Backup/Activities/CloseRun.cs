using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Garbage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Gives the lease back, and after a failure or cancel ends the run in the log. A run that has its set, or was evicted,
/// stays as it is. After a set, many small index blobs are put together. Idempotent; needs no lease, because the run may
/// just have lost it.
/// </summary>
internal sealed class CloseRun(FlowEnvironment environment) : FlowActivity<CloseRunInput, Nothing>, IPhasedActivity
{
    public static string Phase => Phases.Close;

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
        if (input.Reason is null)
        {
            await CompactAsync(cancellationToken);
        }

        return Nothing.Value;
    }

    /// <summary>The set is whole, whatever comes of that; the next backup tries again.</summary>
    private async Task CompactAsync(CancellationToken cancellationToken)
    {
        try
        {
            BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
            if (await new SmallIndexes(repository).CompactAsync(cancellationToken) > 0)
            {
                await environment.Repository.RememberHeadAsync(cancellationToken);
            }
        }
        catch (AbfException e)
        {
            Logs.IndexNotCompacted(environment.Loggers.CreateLogger(nameof(CloseRun)), e.Message);
        }
    }
}
