using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Joins the listings of a root's ranges, row by row, without looking into their segments, and stops the run where the
/// source lost more than a source loses by itself.
/// </summary>
internal sealed class MergeListing(FlowEnvironment environment)
    : PageActivity<MergeListingInput, RootListing>(environment, BackupJson.Default.RootListing)
{
    protected override string PageOf(MergeListingInput input) => Pages.Listing(input.Pass, input.RootNumber);

    protected override RootListing ForHistory(RootListing page) => page.ForHistory();

    protected override async Task<RootListing> ProduceAsync(
        RunContext run,
        RunWriter writer,
        MergeListingInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        await using var root = new ListingRoot(writer);
        var totals = FileTotals.None;
        var warnings = new List<string>();
        var directories = new List<SegmentDirectories>();
        bool hasDirectories = true;
        for (int range = 0; range < input.Steps.Length; range++)
        {
            for (int step = 0; step < input.Steps[range]; step++)
            {
                string page = Pages.Range(input.Pass, input.RootNumber, range, step);
                CapturedStep captured = await run.ReadPageAsync(
                    page,
                    BackupJson.Default.CapturedStep,
                    cancellationToken
                );
                totals += captured.Totals;
                warnings.AddRange(captured.Warnings.Take(CaptureNotes.MaxWarnings - warnings.Count));
                hasDirectories &= await TryAddDirectoriesAsync(captured, run, directories, cancellationToken);
                await foreach (SegmentRow row in RowsOf(captured, run, cancellationToken))
                {
                    await root.AddAsync(row, cancellationToken);
                }
            }
        }

        ListingSummary summary = await root.CompleteAsync(cancellationToken);
        if (!input.AcceptContentLoss)
        {
            long before = input.Inherit is null
                ? 0
                : await CountFilesAsync(new ListingReader(run.Chunks, input.Inherit), cancellationToken);
            ContentLoss.Check(input.Root, totals, before, warnings);
        }

        return new RootListing(input.Root, summary.Listing, totals, totals.BrokenTrusts > 0, [.. warnings])
        {
            Directories = hasDirectories
                ? await DirectoryTable.WriteAsync(writer, directories, cancellationToken)
                : null,
        };
    }

    /// <summary>False where a step has none.</summary>
    private static async Task<bool> TryAddDirectoriesAsync(
        CapturedStep step,
        RunContext run,
        List<SegmentDirectories> directories,
        CancellationToken cancellationToken
    )
    {
        if (step.Directories is { } rows)
        {
            directories.AddRange(SegmentDirectories.Decode(rows));
        }
        else if (step.DirectoryTable is { } table)
        {
            await foreach (SegmentDirectories row in DirectoryTable.ReadAsync(run.Chunks, table, cancellationToken))
            {
                directories.Add(row);
            }
        }
        else
        {
            return false;
        }

        return true;
    }

    private static IAsyncEnumerable<SegmentRow> RowsOf(
        CapturedStep step,
        RunContext run,
        CancellationToken cancellationToken
    ) =>
        step.Segments is { } segments
            ? SegmentRows.Decode(segments).ToAsyncEnumerable()
            : new ListingReader(run.Chunks, step.Rows!).ReadRowsAsync(PathRange.All, cancellationToken);

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
