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
/// finished by an earlier attempt, because its time is set after its last byte; any other is written anew. One that the
/// repository lost is passed over: <see cref="RestoreDirectories"/> names it.
/// </summary>
internal sealed class RestoreRange(FlowEnvironment environment) : FlowActivity<RestoreRangeInput, RestoredStep>
{
    public override async Task<RestoredStep> RunAsync(
        RestoreRangeInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        await using IAsyncDisposable held = await environment.Reading.HoldAsync(
            new TargetMarker(input.Target).TryRead()?.Set,
            cancellationToken
        );
        IChunkSource chunks = await SetReader.OpenChunksAsync(environment, cancellationToken);
        using TargetTree target = input.OpenRoot();
        var restore = new FileRestore(target, chunks, input, new AttributeRestore(target, input.Owner));
        var budget = new StepBudget(environment.Time);
        long files = 0;
        long bytes = 0;
        long losses = 0;
        byte[]? next = null;
        var listing = new ReadableListing(chunks, input);
        await foreach (ListingEntry entry in listing.ReadAsync(cancellationToken))
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
                string? lost = await restore.TryWriteAsync(entry, cancellationToken);
                budget.Read(entry.Length);
                if (lost is not null)
                {
                    losses++;
                    continue;
                }
            }

            files++;
            bytes += entry.Length;
            progress.Advance(Phases.Files, 1, entry.Length);
        }

        target.Flush();
        losses += listing.Lost.Count + (listing.Fault is null ? 0 : 1);
        return new RestoredStep(next, new RestoredTotals(files, bytes, restore.Unset) { Losses = losses });
    }
}
