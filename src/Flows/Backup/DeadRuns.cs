using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// Gives back the storage of runs that ended without a set. The caller has the journal to itself: nothing is running for
/// them.
/// </summary>
public sealed class DeadRuns(FlowEnvironment environment)
{
    /// <summary>The last step, of which an answer may have been lost.</summary>
    public static readonly string LastStep = nameof(CommitSet);

    /// <summary>Deletes what a run has stored. May be called again.</summary>
    /// <param name="mayHaveSealed">
    /// <see cref="LastStep"/> was begun: the log must say first that the run has ended, since a set may appear there
    /// late. Otherwise that is written after, because the storage may be full.
    /// </param>
    public async Task<FreedStorage> FreeAsync(RunId run, bool mayHaveSealed, CancellationToken cancellationToken)
    {
        const string Reason = "it was given up";
        await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        if (mayHaveSealed)
        {
            await repository.Log.AbortAsync(run, Reason, cancellationToken);
        }

        FreedStorage freed = await repository.DeleteLeftoversAsync(run, cancellationToken);
        await repository.Log.AbortAsync(run, Reason, cancellationToken);
        await environment.Runs.Leases.ReleaseAsync(run, cancellationToken);
        return freed;
    }
}
