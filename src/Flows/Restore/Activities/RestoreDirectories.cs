using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>Gives the directories of a root their owner, mode and time, once all files are in.</summary>
internal sealed class RestoreDirectories(FlowEnvironment environment) : IActivity<RestoreRangeInput, RestoredTotals>
{
    public async Task<RestoredTotals> RunAsync(RestoreRangeInput input, ActivityContext context, CancellationToken cancellationToken)
    {
        IChunkSource chunks = await SetReader.OpenChunksAsync(environment, cancellationToken);
        using var target = TargetTree.Open(Path.Combine(input.Target, input.Root), create: true);
        var attributes = new AttributeRestore(target, input.Owner);
        var listing = new ListingReader(chunks, input.Listing);
        await foreach (SegmentRow row in listing.ReadRowsAsync(PathRange.All, cancellationToken))
        {
            if (row.Files == row.Entries)
            {
                continue;
            }

            foreach (ListingEntry entry in await listing.ReadSegmentAsync(row, cancellationToken))
            {
                if (entry.IsDirectory)
                {
                    attributes.Apply(entry);
                }
            }
        }

        target.Flush();
        return new RestoredTotals(0, 0, attributes.Unset);
    }
}
