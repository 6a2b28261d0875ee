using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Copies the index backup, never the live index, and looks at its generation before the first file and after the last.
/// A copy that the job replaced meanwhile is taken again.
/// </summary>
internal sealed class CaptureSearchIndex(FlowEnvironment environment)
    : PageActivity<CaptureSearchIndexInput, SearchIndexCapture>(environment, BackupJson.Default.SearchIndexCapture),
        IPhasedActivity
{
    public static string Phase => Phases.Index;

    private const int MaxCopies = 3;

    protected override string PageOf(CaptureSearchIndexInput input) => Pages.Index(input.Attempt);

    protected override SearchIndexCapture ForHistory(SearchIndexCapture page) => page.ForHistory();

    protected override async Task<SearchIndexCapture> ProduceAsync(
        RunContext run,
        RunWriter writer,
        CaptureSearchIndexInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        SearchIndexSource source = SearchIndexCopy.SourceOf(run.DiscoverInstallation());
        var backup = new SearchIndexBackup(source, run.Time);
        SetManifest? parent = await run.ReadParentAsync(cancellationToken);
        Inheritance inheritance = await Inheritance.OfAsync(run, cancellationToken);
        ContentRef? inherit = parent?.Roots.FirstOrDefault(root => root.Class == ChunkClass.Index)?.Listing;
        inherit = await inheritance.HeldAsync(inherit, cancellationToken);
        for (int copy = 0; copy < MaxCopies; copy++)
        {
            SearchIndexObservation before = backup.Observe();
            if (before.IsRunning || SearchIndexCopy.GenerationOf(before) is not { } generation)
            {
                break;
            }

            using SourceTree tree = SourceTree.Open(source.Path);
            var capture = new CaptureSetup(tree, elsewhere: [], ContentRoots.Index)
            {
                Inherit = inherit,
                Inheritance = inheritance,
                Class = ChunkClass.Index,
                Budget = StepBudget.Unlimited(run.Time),
                Reads = run.SourceReads,
                Warn = progress.Warn,
                Phase = Phases.Index,
            };
            CapturedStep captured = await capture.RunAsync(run.Chunks, writer, run.Time, progress, cancellationToken);
            SearchIndexObservation after = backup.Observe();
            if (!after.IsRunning && SearchIndexCopy.GenerationOf(after) == generation && captured.Totals.Unstable == 0)
            {
                return Complete(source, before, generation, captured);
            }
        }

        throw new TransientException(
            ErrorKind.Busy,
            $"Alfresco's index-backup job replaces '{source.Path}' while it is read: run the backup at another hour."
        );
    }

    private static SearchIndexCapture Complete(
        SearchIndexSource source,
        SearchIndexObservation seen,
        SearchIndexGeneration generation,
        CapturedStep captured
    )
    {
        FileTotals totals = captured.Totals;
        if (totals.Unreadable > 0)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"{totals.Unreadable} files of the index backup '{source.Path}' cannot be read: "
                    + $"{captured.Warnings.FirstOrDefault()}"
            );
        }

        if (totals.Bytes == 0)
        {
            throw SearchIndexWindow.Empty(source);
        }

        return new SearchIndexCapture
        {
            Generation = generation,
            Written = DateTimeOffset.UnixEpoch.AddTicks(generation.ChangedNs / TimeSpan.NanosecondsPerTick),
            Path = source.Path,
            Listing = captured.Rows!,
            Files = totals.Files,
            Directories = totals.Directories,
            Bytes = totals.Bytes,
            Warnings = [.. SearchIndexWindow.Warnings(source, seen).Concat(captured.Warnings)],
        };
    }
}
