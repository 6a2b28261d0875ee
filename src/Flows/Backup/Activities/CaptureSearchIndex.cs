using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Copies the index backup, never the live index, and looks at its generation before the first file and after the last. A copy that the job
/// replaced meanwhile is taken again.
/// </summary>
internal sealed class CaptureSearchIndex(FlowEnvironment environment) : FlowActivity<CaptureSearchIndexInput, SearchIndexCapture>
{
    private const int MaxCopies = 3;

    public override async Task<SearchIndexCapture> RunAsync(CaptureSearchIndexInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        (await environment.Runs.ProduceAsync(
            input.Run.Run,
            Pages.Index(input.Attempt),
            FlowJson.Default.SearchIndexCapture,
            (scope, writer, token) => CaptureAsync(input, scope, writer, progress, token),
            cancellationToken)).ForHistory();

    private async Task<SearchIndexCapture> CaptureAsync(
        CaptureSearchIndexInput input, RunScope scope, RunWriter writer, IProgressSink progress, CancellationToken cancellationToken)
    {
        SearchIndexSource source = SearchIndexCopy.SourceOf(environment.Runs.DiscoverInstallation());
        var backup = new SearchIndexBackup(source, scope.Time);
        SetManifest? parent = await scope.ReadParentAsync(input.Run.Parent, cancellationToken);
        Inheritance inheritance = await scope.InheritanceAsync(cancellationToken);
        ContentRef? inherit = parent?.Roots.FirstOrDefault(root => root.Class == ChunkClass.Index)?.Listing;
        inherit = inherit is not null && await inheritance.HoldsAsync(inherit, cancellationToken) ? inherit : null;
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
                Budget = StepBudget.Unlimited(scope.Time),
                Phase = PhaseNames.Index,
            };
            CapturedStep captured = await capture.RunAsync(scope.Chunks, writer, scope.Time, progress, cancellationToken);
            SearchIndexObservation after = backup.Observe();
            if (!after.IsRunning && SearchIndexCopy.GenerationOf(after) == generation && captured.Totals.Unstable == 0)
            {
                return Complete(source, before, generation, captured);
            }
        }

        throw new TransientException(ErrorKind.Busy, $"Alfresco's index-backup job replaces '{source.Path}' while it is read: run the backup at another hour.");
    }

    private static SearchIndexCapture Complete(SearchIndexSource source, SearchIndexObservation seen, SearchIndexGeneration generation, CapturedStep captured)
    {
        FileTotals totals = captured.Totals;
        if (totals.Unreadable > 0)
        {
            throw new PermanentException(
                ErrorKind.Source, $"{totals.Unreadable} files of the index backup '{source.Path}' cannot be read: {captured.Warnings.FirstOrDefault()}");
        }

        return new SearchIndexCapture(
            generation,
            DateTimeOffset.UnixEpoch.AddTicks(generation.ChangedNs / TimeSpan.NanosecondsPerTick),
            source.Path,
            captured.Rows,
            totals.Files,
            totals.Directories,
            totals.Bytes,
            [.. SearchIndexWindow.Warnings(source, seen).Concat(captured.Warnings)]);
    }
}
