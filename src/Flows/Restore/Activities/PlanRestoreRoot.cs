using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>Cuts a root into ranges, between the segments of its listing.</summary>
internal sealed class PlanRestoreRoot(FlowEnvironment environment) : FlowActivity<PlanRestoreRootInput, RestoreRoot>
{
    public override async Task<RestoreRoot> RunAsync(
        PlanRestoreRootInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        RootStamp root = set.Manifest.Roots[input.Number];
        return new RestoreRoot(
            root.Name,
            root.Listing,
            root.Class,
            await RangeCuts.OfListingAsync(
                new ListingReader(set.Chunks, root.Listing),
                input.Parallelism,
                cancellationToken
            )
        );
    }
}
