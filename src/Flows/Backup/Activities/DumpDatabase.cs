using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Dumps the database through the vendor's tool, straight into the repository, and writes the sorted lists of what the
/// same snapshot requires of the content stores. All of it is one page: there is no dump without its lists.
/// </summary>
internal sealed class DumpDatabase(FlowEnvironment environment)
    : PageActivity<DumpDatabaseInput, DatabaseCapture>(environment, BackupJson.Default.DatabaseCapture)
{
    private const int MaxWarnings = 20;

    protected override string PageOf(DumpDatabaseInput input) => Pages.Database(input.Attempt);

    protected override DatabaseCapture ForHistory(DatabaseCapture page) => page.ForHistory();

    protected override async Task<DatabaseCapture> ProduceAsync(
        RunContext run,
        RunWriter writer,
        DumpDatabaseInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        Installation installation = run.DiscoverInstallation();
        AcknowledgedFiles acknowledged = AcknowledgedFiles.Read(run.Options, installation);
        using var required = new RequiredCollector(installation, acknowledged, run.SpillDirectory());
        ContentRef? dump = null;
        DumpResult result = await installation
            .Database.OpenSource(progress.Warn)
            .DumpAsync(
                async (output, token) =>
                {
                    await using var counted = new ProgressStream(output, progress, Phases.Database);
                    dump = await writer.WriteAsync(ChunkClass.Dump, counted, token);
                },
                required.Add,
                cancellationToken
            );

        return new DatabaseCapture
        {
            Dump = dump!,
            Vendor = result.Vendor,
            ServerVersion = result.ServerVersion,
            ToolVersion = result.ToolVersion,
            Schema = result.Schema,
            TransactionId = result.Watermark?.TransactionId,
            CommitTimeMs = result.Watermark?.CommitTimeMs,
            Rows = result.Rows.ToImmutableSortedDictionary(StringComparer.Ordinal),
            NotApplicable = [.. result.NotApplicable],
            Required = await required.WriteListsAsync(writer, cancellationToken),
            Unprotected = required.Unprotected,
            Unmapped = required.Unmapped,
            UnmappedSamples = required.UnmappedSamples,
            UnmappedAcknowledged = required.UnmappedAcknowledged,
            Warnings =
            [
                .. required
                    .Warnings.Concat(result.Warnings)
                    .Concat(TenantWarnings(installation, result))
                    .Take(MaxWarnings),
            ],
        };
    }

    private static IEnumerable<string> TenantWarnings(Installation installation, DumpResult result) =>
        from tenant in result.TenantRoots
        let path = PlainText.Escape(tenant)
        let held = path == tenant && installation.Roots.Any(root => root.Holds(tenant))
        where !held || !GivenPath.IsDirectory(tenant)
        select held
            ? $"A tenant keeps content in '{path}', which does not exist: is its volume mounted?"
            : $"A tenant keeps content in '{path}', which is in no configured content root: it is NOT in this set. "
                + "Name it in installation.content.stores.";
}
