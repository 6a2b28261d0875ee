using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>Cuts a root into ranges, between the segments of its listing.</summary>
internal sealed class PlanRestoreRoot(FlowEnvironment environment)
    : FlowActivity<PlanRestoreRootInput, RestoreRoot>,
        IPhasedActivity
{
    public static string Phase => Phases.Files;

    public override async Task<RestoreRoot> RunAsync(
        PlanRestoreRootInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        await using IAsyncDisposable held = await environment.Reading.HoldAsync(input.Set, cancellationToken);
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        RootStamp root = set.Manifest.Roots[input.Number];

        // What one batch holds is read in the order of the packs by one activity, which uses all cores.
        bool isOneBatch =
            root.Files + root.Directories <= EntryBatches.MaxEntries && root.Bytes <= EntryBatches.MaxBytes;
        return new RestoreRoot(
            root.Name,
            root.Listing,
            root.Class,
            isOneBatch
                ? []
                : await CutAsync(new ListingReader(set.Chunks, root.Listing), input.Parallelism, cancellationToken)
        )
        {
            Required = root.Required,
            Files = root.Files,
        };
    }

    private static async Task<ImmutableArray<byte[]>> CutAsync(
        ListingReader listing,
        int parallelism,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await RangeCuts.OfListingAsync(listing, parallelism, cancellationToken);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            // The listing is lost: whoever reads its one range says so.
            return [];
        }
    }
}
