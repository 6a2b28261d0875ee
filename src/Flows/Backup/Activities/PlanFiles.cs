using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Cuts a content root into ranges that can be captured side by side: at the segment boundaries of the listing that is inherited from, or
/// where there is none, between directories. A plan only shares out work; any plan leads to the same listing.
/// </summary>
internal sealed class PlanFiles(FlowEnvironment environment) : FlowActivity<PlanFilesInput, FilePlan>
{
    public override Task<FilePlan> RunAsync(PlanFilesInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        environment.Runs.ProduceAsync(
            input.Run.Run,
            Pages.Plan(input.Pass, input.RootNumber),
            FlowJson.Default.FilePlan,
            (scope, _, token) => PlanAsync(input, scope, token),
            cancellationToken);

    private async Task<FilePlan> PlanAsync(PlanFilesInput input, RunScope scope, CancellationToken cancellationToken)
    {
        Installation installation = environment.Runs.DiscoverInstallation();
        using SourceTree tree = scope.Roots.Open(ContentRoots.Find(installation, input.Root));
        SetManifest? parent = await scope.ReadParentAsync(input.Run.Parent, cancellationToken);
        RootStamp? recorded = parent?.Roots.FirstOrDefault(root => root.Name == input.Root);
        ContentRef? inherit = recorded?.Listing;
        if (inherit is not null && !await (await scope.InheritanceAsync(cancellationToken)).HoldsAsync(inherit, cancellationToken))
        {
            // The listing itself is lost: every file is read as if it were new.
            inherit = null;
        }

        ImmutableArray<byte[]> cuts = inherit is null
            ? RangeCuts.OfDirectories(tree)
            : await RangeCuts.OfListingAsync(new ListingReader(scope.Chunks, inherit), scope.Options.Backup.Parallelism, cancellationToken);
        bool grants = tree.KeepsDirectoryTimes && recorded?.SealingOff != true;
        return new FilePlan(cuts, inherit, UsesTrustedDirectories: grants && !input.FullScan, grants);
    }
}
