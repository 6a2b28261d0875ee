using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>
/// Gives the directories of a root their owner, mode and time, once all files are in. What a directory holds comes before the directory itself,
/// whose mode may bar the way.
/// </summary>
internal sealed class RestoreDirectories(FlowEnvironment environment) : IActivity<RestoreRangeInput, RestoredTotals>
{
    public async Task<RestoredTotals> RunAsync(RestoreRangeInput input, ActivityContext context, CancellationToken cancellationToken)
    {
        IChunkSource chunks = await SetReader.OpenChunksAsync(environment, cancellationToken);
        using var target = TargetTree.Open(Path.Combine(input.Target, input.Root), create: true);
        var attributes = new AttributeRestore(target, input.Owner);
        var listing = new ListingReader(chunks, input.Listing);
        var open = new Stack<ListingEntry>();
        await foreach (SegmentRow row in listing.ReadRowsAsync(PathRange.All, cancellationToken))
        {
            if (row.Files == row.Entries)
            {
                continue;
            }

            foreach (ListingEntry entry in await listing.ReadSegmentAsync(row, cancellationToken))
            {
                if (!entry.IsDirectory)
                {
                    continue;
                }

                while (open.TryPeek(out ListingEntry? last) && !PathOrder.IsBelow(entry.Path, last.Path))
                {
                    attributes.Apply(open.Pop());
                }

                open.Push(entry);
            }
        }

        while (open.TryPop(out ListingEntry? last))
        {
            attributes.Apply(last);
        }

        target.Flush();
        return new RestoredTotals(0, 0, attributes.Unset);
    }
}
