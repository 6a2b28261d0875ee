using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Cuts a content root into ranges that can be captured side by side: at the segment boundaries of the listing that is
/// inherited from, or where there is none, between directories. A plan only shares out work; any plan leads to the same
/// listing, and the one in history counts.
/// </summary>
internal sealed class PlanFiles(FlowEnvironment environment)
    : RunActivity<PlanFilesInput, FilePlan>(environment),
        IPhasedActivity
{
    public static string Phase => Phases.Files;

    protected override async Task<FilePlan> WorkAsync(
        RunContext run,
        PlanFilesInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        Installation installation = run.DiscoverInstallation();
        ContentRoot root = ContentRoots.Find(installation, input.Root);
        SetManifest? parent = await run.ReadParentAsync(cancellationToken);
        RootStamp? recorded = parent?.Roots.FirstOrDefault(root => root.Name == input.Root);
        ContentRef? inherit = recorded?.Listing;
        if (
            inherit is not null
            && !await (await Inheritance.OfAsync(run, cancellationToken)).HoldsAsync(inherit, cancellationToken)
        )
        {
            // The listing itself is lost: every file is read as if it were new.
            inherit = null;
        }

        if (input.Root == ContentRoot.Configuration)
        {
            return new FilePlan([], inherit, UsesTrustedDirectories: false, GrantsTrust: false);
        }

        using SourceTree tree = run.Roots.Open(root);
        ImmutableArray<byte[]> cuts = inherit is null
            ? RangeCuts.OfDirectories(tree, run.Options.Backup.Parallelism)
            : await RangeCuts.OfListingAsync(
                new ListingReader(run.Chunks, inherit),
                run.Options.Backup.Parallelism,
                cancellationToken,
                isCutByPlan: row => !run.Repository.EndsSegment(row)
            );
        bool grants = tree.KeepsDirectoryTimes && recorded?.SealingOff != true;
        return new FilePlan(cuts, inherit, UsesTrustedDirectories: grants && !input.FullScan, grants);
    }
}
