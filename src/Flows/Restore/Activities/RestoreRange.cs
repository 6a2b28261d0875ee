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
internal sealed class RestoreRange(FlowEnvironment environment)
    : FlowActivity<RestoreRangeInput, RestoredStep>,
        IPhasedActivity
{
    public static string Phase => Phases.Files;

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
        var attributes = new AttributeRestore(target, input.Owner);
        var files = new FileRestore(target, chunks, input, attributes);
        RepairLook? repair = input.Repair
            ? new RepairLook(await SetReader.OpenComparisonAsync(environment, chunks, cancellationToken), input)
            : null;
        await using var flush = new EarlyFlush(target);
        var budget = new StepBudget(environment.Time);
        var restore = new BatchRestore(target, chunks, input.Class, files, repair)
        {
            IsTimeUp = () => budget.IsTimeUp,
            TellFound = (found, bytes) => progress.Advance(Phases.Files, found, bytes),
            TellWritten = (wrote, bytes) =>
            {
                flush.Wrote(wrote, bytes);
                progress.Advance(Phases.Files, wrote, bytes);
            },
        };
        var listing = new ReadableListing(chunks, input);
        var selector = new Selector(input.Selection);
        bool isAlone = input.Paths is { From: null, To: null };
        var batches = new EntryBatches(
            listing,
            budget,
            isAlone ? EntryBatches.MaxEntries : EntryBatches.MaxEntriesOfMany,
            entry => selector.Takes(input.Root, entry)
        );
        await foreach (IReadOnlyList<ListingEntry> batch in batches.ReadAsync(cancellationToken))
        {
            if (!batches.Done(batch, await restore.RunAsync(batch, cancellationToken)))
            {
                break;
            }
        }

        await flush.CompleteAsync();
        RestoredBatch total = batches.Total;
        if (total.Differing.Count > 0)
        {
            FileList.Append(input.Target, FileList.Differing, input.Root, total.Differing);
        }

        long losses = total.Losses + listing.Lost.Count + (listing.Fault is null ? 0 : 1);
        return new RestoredStep(
            batches.Next,
            new RestoredTotals(total.Files, total.Bytes, attributes.Unset)
            {
                Losses = losses,
                Same = total.SameFiles,
                Replaced = total.Replaced,
                Differing = total.Differing.Count,
            }
        );
    }
}
