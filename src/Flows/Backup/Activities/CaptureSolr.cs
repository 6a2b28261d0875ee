using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
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
/// Copies the backups that Solr made, core by core, each as a root of its own. Solr says how many files each has, so that a
/// directory which is not the one that it wrote does not pass for a backup.
/// </summary>
internal sealed class CaptureSolr(FlowEnvironment environment)
    : PageActivity<CaptureSolrInput, SearchIndexCapture>(environment, BackupJson.Default.SearchIndexCapture),
        IPhasedActivity
{
    public static string Phase => Phases.Index;

    protected override string PageOf(CaptureSolrInput input) => Pages.Index(input.Attempt);

    protected override SearchIndexCapture ForHistory(SearchIndexCapture page) => page.ForHistory();

    protected override async Task<SearchIndexCapture> ProduceAsync(
        RunContext run,
        RunWriter writer,
        CaptureSolrInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        using var solr = SolrCores.Open(run);
        DateTimeOffset written = run.Time.GetUtcNow();
        SetManifest? parent = await run.ReadParentAsync(cancellationToken);
        Inheritance inheritance = await Inheritance.OfAsync(run, cancellationToken);
        var cores = ImmutableArray.CreateBuilder<CapturedCore>();
        var warnings = ImmutableArray.CreateBuilder<string>();
        foreach (SolrCore core in solr.Source.Cores)
        {
            string root = SolrCopy.RootOf(core.Name);
            ContentRef? inherit = parent?.Roots.FirstOrDefault(stamp => stamp.Name == root)?.Listing;
            inherit = await inheritance.HeldAsync(inherit, cancellationToken);
            using SourceTree tree = Open(core, input.Backup);
            var capture = new CaptureSetup(tree, elsewhere: [], root)
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
            int? expected = input.Cores.IsDefault
                ? await ReadFilesAsync(solr.Backups, core, input.Backup, cancellationToken)
                : SolrCopy.Find(input.Cores, core.Name).Files;
            Require(core, input.Backup, captured.Totals, expected);
            FileTotals totals = captured.Totals;
            cores.Add(
                new CapturedCore(
                    core.Name,
                    tree.RootPath,
                    captured.Rows!,
                    totals.Files,
                    totals.Directories,
                    totals.Bytes
                )
            );
            warnings.AddRange(captured.Warnings);
        }

        return new SearchIndexCapture
        {
            Generation = new SearchIndexGeneration(0, 0),
            Written = written,
            Path = solr.Source.Url.AbsoluteUri,
            Listing = ContentRef.Empty,
            Files = cores.Sum(static core => core.Files),
            Directories = cores.Sum(static core => core.Directories),
            Bytes = cores.Sum(static core => core.Bytes),
            Warnings = warnings.ToImmutable(),
            Cores = cores.ToImmutable(),
            Backup = input.Backup,
        };
    }

    private static SourceTree Open(SolrCore core, string backup)
    {
        string path = core.SnapshotOf(backup);
        return GivenPath.IsDirectory(path)
            ? SourceTree.Open(path)
            : throw new PermanentException(
                ErrorKind.Source,
                $"Solr made its backup, and there is no '{path}': name in installation.index.solr.cores.{core.Name} the "
                    + "directory in which the core makes its backups (solr.backup.dir, or its data directory), as this machine "
                    + "sees it"
            );
    }

    /// <summary>Null where Solr tells of another backup, or of none.</summary>
    private static async Task<int?> ReadFilesAsync(
        SolrBackups backups,
        SolrCore core,
        string backup,
        CancellationToken cancellationToken
    )
    {
        SolrDetails details = await backups.ReadDetailsAsync(core, cancellationToken);
        return details.Name == backup ? details.Files : null;
    }

    private static void Require(SolrCore core, string backup, FileTotals totals, int? expected)
    {
        string path = core.SnapshotOf(backup);
        if (totals.Unreadable > 0 || totals.Bytes == 0)
        {
            throw new PermanentException(
                ErrorKind.Source,
                totals.Bytes == 0
                    ? $"Solr's backup '{path}' is empty, or has only empty files: look into Solr's log"
                    : $"{totals.Unreadable} files of Solr's backup '{path}' cannot be read: let this user read them"
            );
        }

        if (totals.Unstable > 0 || (expected is { } files && files != totals.Files))
        {
            throw new TransientException(
                ErrorKind.Source,
                $"Solr's backup '{path}' has {totals.Files} files, and Solr says {expected}: something changes it while it "
                    + "is read, or installation.index.solr.cores names another directory than the one that Solr writes to"
            );
        }
    }
}
