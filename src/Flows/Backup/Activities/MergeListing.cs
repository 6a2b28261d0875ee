using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Runs;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Joins the listings of a root's ranges, row by row, without looking into their segments, and stops the run where the source lost more than
/// a source loses by itself.
/// </summary>
internal sealed class MergeListing(FlowEnvironment environment) : FlowActivity<MergeListingInput, RootListing>
{
    public override async Task<RootListing> RunAsync(MergeListingInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        (await environment.Runs.ProduceAsync(
            input.Run.Run,
            Pages.Listing(input.Pass, input.RootNumber),
            FlowJson.Default.RootListing,
            (scope, writer, token) => MergeAsync(input, scope, writer, token),
            cancellationToken)).ForHistory();

    private static async Task<RootListing> MergeAsync(MergeListingInput input, RunScope scope, RunWriter writer, CancellationToken cancellationToken)
    {
        await scope.RunChunkIndex.RefreshAsync(cancellationToken);
        await using var root = new ListingRoot(writer);
        var totals = FileTotals.None;
        var warnings = new List<string>();
        for (int range = 0; range < input.Steps.Length; range++)
        {
            for (int step = 0; step < input.Steps[range]; step++)
            {
                string page = Pages.Range(input.Pass, input.RootNumber, range, step);
                CapturedStep captured = await scope.ReadPageAsync(page, FlowJson.Default.CapturedStep, cancellationToken);
                totals += captured.Totals;
                warnings.AddRange(captured.Warnings.Take(CaptureNotes.MaxWarnings - warnings.Count));
                await foreach (SegmentRow row in new ListingReader(scope.Chunks, captured.Rows).ReadRowsAsync(PathRange.All, cancellationToken))
                {
                    await root.AddAsync(row, cancellationToken);
                }
            }
        }

        ListingSummary summary = await root.CompleteAsync(cancellationToken);
        if (!input.AcceptContentLoss)
        {
            long before = input.Inherit is null ? 0 : await CountFilesAsync(new ListingReader(scope.Chunks, input.Inherit), cancellationToken);
            ContentLoss.Check(input.Root, totals, before, warnings);
        }

        return new RootListing(input.Root, summary.Listing, totals, totals.BrokenSeals > 0, [.. warnings]);
    }

    private static async Task<long> CountFilesAsync(ListingReader listing, CancellationToken cancellationToken)
    {
        long files = 0;
        await foreach (SegmentRow row in listing.ReadRowsAsync(PathRange.All, cancellationToken))
        {
            files += row.Files;
        }

        return files;
    }
}
