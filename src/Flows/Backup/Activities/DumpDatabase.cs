using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Dumps the database through the vendor's tool, straight into the repository, and writes the sorted lists of what the same snapshot
/// requires of the content stores. All of it is one page: there is no dump without its lists.
/// </summary>
internal sealed class DumpDatabase(FlowEnvironment environment) : FlowActivity<DumpDatabaseInput, DatabaseCapture>
{
    public override async Task<DatabaseCapture> RunAsync(DumpDatabaseInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        (await environment.Runs.ProduceAsync(
            input.Run.Run,
            Pages.Database(input.Attempt),
            FlowJson.Default.DatabaseCapture,
            (scope, writer, token) => DumpAsync(scope, writer, progress, token),
            cancellationToken)).ForHistory();

    private async Task<DatabaseCapture> DumpAsync(RunScope scope, RunWriter writer, IProgressSink progress, CancellationToken cancellationToken)
    {
        Installation installation = environment.Runs.DiscoverInstallation();
        AcknowledgedFiles acknowledged = await AcknowledgedFiles.ReadAsync(scope.Options.Backup.AcknowledgedMissingFile, installation.Urls, cancellationToken);
        using var required = new RequiredCollector(installation, acknowledged, scope.SpillDirectory());
        ContentRef? dump = null;
        DumpResult result = await installation.Database.OpenSource().DumpAsync(
            async (output, token) => dump = await writer.WriteAsync(ChunkClass.Dump, Counted(output, progress), token),
            required.Add,
            cancellationToken);

        return new DatabaseCapture(
            dump!,
            result.Vendor,
            result.ServerVersion,
            result.ToolVersion,
            result.Watermark?.TransactionId,
            result.Watermark?.CommitTimeMs,
            result.Rows.ToImmutableSortedDictionary(StringComparer.Ordinal),
            [.. result.NotApplicable],
            await required.WriteListsAsync(writer, cancellationToken),
            required.Unprotected,
            required.Unmapped,
            required.UnmappedSamples,
            [.. result.Warnings.Concat(TenantWarnings(installation, result)).Take(MaxWarnings)],
            required.UnmappedAcknowledged);
    }

    private const int MaxWarnings = 20;

    private static Func<Memory<byte>, CancellationToken, ValueTask<int>> Counted(Stream output, IProgressSink progress) =>
        async (buffer, token) =>
        {
            int read = await output.ReadAsync(buffer, token);
            progress.Advance(PhaseNames.Database, 0, read);
            return read;
        };

    private static IEnumerable<string> TenantWarnings(Installation installation, DumpResult result) =>
        result.TenantRoots
            .Where(tenant => !installation.Roots.Any(root => root.Holds(tenant)))
            .Select(tenant => $"A tenant keeps content in '{tenant}', which is in no configured content root: it is NOT in this set. Name it in installation.content.stores.");
}
