using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Joins the listings of a root's ranges, row by row, without looking into their segments, and stops the run where the
/// source lost more than a source loses by itself.
/// </summary>
internal sealed class MergeListing(FlowEnvironment environment)
    : PageActivity<MergeListingInput, RootListing>(environment, BackupJson.Default.RootListing),
        IPhasedActivity
{
    public static string Phase => Phases.Files;

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
        SetManifest? set = await run.ReadParentAsync(cancellationToken);
        RootStamp? parent = set?.Roots.FirstOrDefault(stamp =>
            stamp.Name == input.Root && stamp.Listing == input.Inherit
        );
        List<CapturedStep> steps = await ReadStepsAsync(run, input, cancellationToken);
        FileTotals totals = steps.Aggregate(FileTotals.None, static (sum, step) => sum + step.Totals);
        var warnings = steps.SelectMany(step => step.Warnings).Take(CaptureNotes.MaxWarnings).ToList();
        (ContentRef listing, ContentRef? directories) =
            parent is not null && IsParents(steps)
                ? (parent.Listing, parent.DirectoryTable)
                : await JoinAsync(run, writer, parent, steps, progress, cancellationToken);
        if (!input.AcceptContentLoss)
        {
            ContentLoss.Check(
                input.Root,
                totals,
                parent?.Files ?? await CountFilesAsync(run, input.Inherit, cancellationToken),
                warnings
            );
        }

        return new RootListing(input.Root, listing, totals, totals.BrokenTrusts > 0, [.. warnings])
        {
            Directories = directories,
        };
    }

    /// <summary>Every step took over all of its rows: the listing is the parent's.</summary>
    private static bool IsParents(List<CapturedStep> steps)
    {
        int next = 0;
        foreach (CapturedStep step in steps)
        {
            if (step.Taken?.First != next)
            {
                return false;
            }

            next += step.Taken.Count;
        }

        return true;
    }

    private static async Task<List<CapturedStep>> ReadStepsAsync(
        RunContext run,
        MergeListingInput input,
        CancellationToken cancellationToken
    )
    {
        List<CapturedStep> steps = [];
        for (int range = 0; range < input.Steps.Length; range++)
        {
            for (int step = 0; step < input.Steps[range]; step++)
            {
                string page = Pages.Range(input.Pass, input.RootNumber, range, step);
                steps.Add(await run.ReadPageAsync(page, BackupJson.Default.CapturedStep, cancellationToken));
            }
        }

        return steps;
    }

    private static async Task<(ContentRef Listing, ContentRef? Directories)> JoinAsync(
        RunContext run,
        RunWriter writer,
        RootStamp? parent,
        List<CapturedStep> steps,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        await using var root = new ListingRoot(writer);
        var directories = new List<SegmentDirectories>();
        bool hasDirectories = true;
        foreach (CapturedStep step in steps)
        {
            hasDirectories =
                hasDirectories
                && await TryAddDirectoriesAsync(step, parent, run, directories, progress, cancellationToken);
            await foreach (SegmentRow row in RowsOf(step, parent, run, cancellationToken))
            {
                await root.AddAsync(row, cancellationToken);
            }
        }

        ListingSummary summary = await root.CompleteAsync(cancellationToken);
        return (
            summary.Listing,
            hasDirectories ? await DirectoryTable.WriteAsync(writer, directories, cancellationToken) : null
        );
    }

    /// <summary>False where a step has none, or what it has is lost: a chunk of it may be an older set's.</summary>
    private static async Task<bool> TryAddDirectoriesAsync(
        CapturedStep step,
        RootStamp? parent,
        RunContext run,
        List<SegmentDirectories> directories,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        try
        {
            IAsyncEnumerable<SegmentDirectories>? rows =
                step.Taken is { } taken
                    ? DirectoryTable
                        .ReadAsync(run.Chunks, ParentsTable(parent), cancellationToken)
                        .Skip(taken.First)
                        .Take(taken.Count)
                : step.Directories is { } own ? SegmentDirectories.Decode(own).ToAsyncEnumerable()
                : step.DirectoryTable is { } table ? DirectoryTable.ReadAsync(run.Chunks, table, cancellationToken)
                : null;
            if (rows is null)
            {
                return false;
            }

            directories.AddRange(await rows.ToListAsync(cancellationToken));
            return true;
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            progress.Warn($"A listing gets no table of directories, for a part of it is lost: {e.Message}");
            return false;
        }
    }

    private static IAsyncEnumerable<SegmentRow> RowsOf(
        CapturedStep step,
        RootStamp? parent,
        RunContext run,
        CancellationToken cancellationToken
    ) =>
        step.Taken is { } taken
            ? ReadRows(run, Parents(parent).Listing, cancellationToken).Skip(taken.First).Take(taken.Count)
        : step.Segments is { } segments ? SegmentRows.Decode(segments).ToAsyncEnumerable()
        : ReadRows(run, step.Rows!, cancellationToken);

    private static IAsyncEnumerable<SegmentRow> ReadRows(
        RunContext run,
        ContentRef listing,
        CancellationToken cancellationToken
    ) => new ListingReader(run.Chunks, listing).ReadRowsAsync(PathRange.All, cancellationToken);

    private static RootStamp Parents(RootStamp? parent) =>
        parent
        ?? throw new PermanentException(
            ErrorKind.Repository,
            "The set that this run inherits from is gone from the log: start a new backup."
        );

    private static ContentRef ParentsTable(RootStamp? parent) => Parents(parent).DirectoryTable!;

    private static async Task<long> CountFilesAsync(
        RunContext run,
        ContentRef? listing,
        CancellationToken cancellationToken
    )
    {
        long files = 0;
        if (listing is not null)
        {
            await foreach (SegmentRow row in ReadRows(run, listing, cancellationToken))
            {
                files += row.Files;
            }
        }

        return files;
    }
}
