using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Garbage;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Retention;

/// <summary>
/// Forgets by the rules of the configuration, and prunes where that is due. Runs after a set was committed; needs no
/// lease and no installation.
/// </summary>
public sealed class RetentionFlow : TaskOrchestrator<RetentionInput, RetentionResult>
{
    /// <summary>The next backup must not wait for it; what is left then, the next prune does.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(4);

    public override async Task<RetentionResult> RunAsync(TaskOrchestrationContext context, RetentionInput input)
    {
        ForgottenSets forgotten = await context.CallActivityAsync<ForgottenSets>(
            nameof(ForgetSets),
            input,
            Retries.Storage.Until(CancellationToken.None)
        );
        PruneReport? pruned = null;
        DateTime started = context.CurrentUtcDateTime;
        bool isDue = forgotten.IsDue;
        while (isDue && context.CurrentUtcDateTime - started < Longest)
        {
            PrunedPart done = await context.CallActivityAsync<PrunedPart>(
                nameof(PruneRepository),
                input,
                Retries.Storage.Until(CancellationToken.None)
            );
            pruned = (pruned ?? PruneReport.Nothing).Then(done.Report);
            isDue = !done.IsDone;
        }

        return new RetentionResult(forgotten.Sets, pruned);
    }
}
