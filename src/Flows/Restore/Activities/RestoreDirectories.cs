using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>Gives the directories of a root their owner, mode and time, once all files are in.</summary>
internal sealed class RestoreDirectories(FlowEnvironment environment) : FlowActivity<RestoreRangeInput, RestoredTotals>
{
    public override async Task<RestoredTotals> RunAsync(
        RestoreRangeInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        IChunkSource chunks = await SetReader.OpenChunksAsync(environment, cancellationToken);
        using TargetTree target = input.OpenRoot();
        var attributes = new AttributeRestore(target, input.Owner);
        var directories = new DirectoryRestore(attributes);
        await foreach (ListingEntry entry in new ListingReader(chunks, input.Listing).ReadAsync(cancellationToken))
        {
            directories.Add(entry);
        }

        directories.Complete();
        target.Flush();
        return new RestoredTotals(0, 0, attributes.Unset);
    }
}
