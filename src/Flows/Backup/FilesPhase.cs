using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// Captures the content roots one after the other, in their order: a file that the cleaner moves meanwhile is seen at
/// least once, because <c>contentstore</c> is read before <c>contentstore.deleted</c>. Within a root, ranges run side
/// by side.
/// </summary>
internal sealed class FilesPhase(
    BackupSteps steps,
    RunRef run,
    SourceCheck check,
    KeptPages kept,
    bool acceptContentLoss
)
{
    private const int SeedingPass = 0;

    /// <summary>One bit each; a plan has fewer.</summary>
    private const int MaxKeptRanges = 64;

    private readonly List<RootPages> _pages = [];

    /// <summary>
    /// Uploads before the index phase, so that the scan after SQL finds most content stored and ends soon. Its listings
    /// are dropped: what was required, lost or changed is judged against the parent set by that scan alone.
    /// </summary>
    public async Task SeedAsync()
    {
        steps.Status.Begin(Phases.Seeding, null, check.ExpectedFiles, check.ExpectedBytes);
        await PassAsync(SeedingPass, database: null, deadline: null);
    }

    /// <summary>Returns null where the deadline passed: the phase is void.</summary>
    public async Task<FilesPart?> CaptureAsync(int attempt, DatabasePart database)
    {
        (long files, long bytes) = database.Capture.RequiredTotals();
        steps.Status.Begin(
            Phases.Files,
            null,
            Math.Max(check.ExpectedFiles, files),
            Math.Max(check.ExpectedBytes, bytes)
        );
        DateTimeOffset started = steps.Now;
        DateTimeOffset deadline = Freshness.FilesDeadline(database.Times, check);
        bool inTime = await PassAsync(attempt, database.Capture, deadline) && steps.Now <= deadline;
        return !inTime
            ? null
            : new FilesPart(
                check.Roots.Length,
                [.. _pages.Where(pages => pages.Pass == SeedingPass || pages.Pass == attempt)],
                new PhaseTimes(Phases.Files, started, steps.Now)
            );
    }

    /// <summary>False where the deadline passed.</summary>
    private async Task<bool> PassAsync(int pass, DatabaseCapture? database, DateTimeOffset? deadline)
    {
        for (int number = 0; number < check.Roots.Length; number++)
        {
            string root = check.Roots[number];
            steps.Status.Detail(root);
            var planning = new PlanFilesInput(run, pass, root, number, check.FullScan);
            FilePlan plan = await steps.UnlessCancelledAsync(
                steps.Context.CallActivityAsync<FilePlan>(nameof(PlanFiles), planning, steps.Retry(Retries.Check))
            );

            var ofSteps = new KeptPages([]);
            int room = plan.Ranges.Length <= MaxKeptRanges ? ofSteps.RoomOf(plan.Ranges.Length) : 0;
            CaptureRangeFlowInput[] ranges =
            [
                .. plan.Ranges.Select(
                    (paths, range) =>
                        new CaptureRangeFlowInput(
                            new CaptureRangeInput
                            {
                                Run = run,
                                Pass = pass,
                                Root = root,
                                RootNumber = number,
                                Range = range,
                                Paths = paths,
                                Inherit = plan.Inherit,
                                Required = database?.RequiredOf(root),
                                RequiredSegments = database?.RequiredListOf(root)?.Segments,
                                Room = room,
                                UsesTrustedDirectories = plan.UsesTrustedDirectories,
                                GrantsTrust = plan.GrantsTrust,
                            },
                            deadline,
                            FileTotals.None
                        )
                ),
            ];
            CapturedRange[] captured = await FanOut.RunAsync<CaptureRangeFlowInput, CapturedRange>(
                steps.Context,
                steps.Cancel,
                nameof(CaptureRangeFlow),
                ranges,
                check.Parallelism,
                range => steps.Status.Advance(range.Totals)
            );
            if (captured.Any(range => range.Expired))
            {
                return false;
            }

            ulong keptRanges = 0;
            for (int range = 0; range < captured.Length; range++)
            {
                keptRanges |= captured[range].Page is null ? 0 : 1UL << range;
                ofSteps.Add(Pages.Range(pass, number, range, step: 0), captured[range].Page);
            }

            var merging = new MergeListingInput
            {
                Run = run,
                Pass = pass,
                Root = root,
                RootNumber = number,
                Steps = [.. captured.Select(range => range.Steps)],
                Inherit = plan.Inherit,
                AcceptContentLoss = acceptContentLoss || pass == SeedingPass,
                Pages = ofSteps.Pages,
                Room = kept.Room,
            };
            RootListing listing = await steps.UnlessCancelledAsync(
                steps.Context.CallActivityAsync<RootListing>(
                    nameof(MergeListing),
                    merging,
                    steps.Retry(Retries.Storage)
                )
            );
            kept.Add(Pages.Listing(pass, number), listing.Page);
            _pages.Add(new RootPages(pass, number, merging.Steps) { Kept = keptRanges });
        }

        return true;
    }
}
