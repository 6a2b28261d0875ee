using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>
/// Restores a range of a root until its end or the budget. A file that is there with the recorded size and time was
/// finished by an earlier attempt, because its time is set after its last byte; any other is written anew.
/// </summary>
internal sealed class RestoreRange(FlowEnvironment environment) : FlowActivity<RestoreRangeInput, RestoredStep>
{
    public override async Task<RestoredStep> RunAsync(
        RestoreRangeInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        IChunkSource chunks = await SetReader.OpenChunksAsync(environment, cancellationToken);
        using TargetTree target = input.OpenRoot();
        var restore = new FileRestore(target, chunks, input.Class, new AttributeRestore(target, input.Owner));
        var budget = new StepBudget(environment.Time);
        long files = 0;
        long bytes = 0;
        byte[]? next = null;
        await foreach (
            ListingEntry entry in new ListingReader(chunks, input.Listing).ReadAsync(input.Paths, cancellationToken)
        )
        {
            if (budget.IsSpent(atSegmentEnd: true))
            {
                next = entry.Path;
                break;
            }

            budget.Listed();
            if (entry.IsDirectory)
            {
                target.CreateDirectory(entry.Path);
                continue;
            }

            if (!restore.IsDone(entry))
            {
                await restore.WriteAsync(entry, cancellationToken);
                budget.Read(entry.Length);
            }

            files++;
            bytes += entry.Length;
            progress.Advance(Phases.Files, 1, entry.Length);
        }

        target.Flush();
        return new RestoredStep(next, new RestoredTotals(files, bytes, restore.Unset));
    }
}
