using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Dumps the database through the vendor's tool, straight into the repository, and writes the sorted lists of what the
/// same snapshot requires of the content stores. All of it is one page: there is no dump without its lists. Rows whose
/// digest is that of the parent set are not read again; a full scan reads them all, and the proof holds them against the
/// parent's lists.
/// </summary>
internal sealed class DumpDatabase(FlowEnvironment environment)
    : PageActivity<DumpDatabaseInput, DatabaseCapture>(environment, BackupJson.Default.DatabaseCapture),
        IPhasedActivity
{
    public static string Phase => Phases.Database;

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
        // A full scan reads every row: nothing is taken over.
        RequiredBefore? before = input.FullScan
            ? null
            : await RequiredBefore.ReadAsync(run, installation.Urls.Rules, progress.Warn, cancellationToken);
        KnownNodes? known = input.FullScan ? null : await KnownNodes.ReadAsync(run, progress.Warn, cancellationToken);
        using var nodes = new CatalogueCollector(run.SpillDirectory(), known);
        ContentRef? dump = null;
        DumpResult result = await installation
            .Database.OpenSource(progress.Warn)
            .DumpAsync(
                async (output, token) =>
                {
                    await using var stable = new StableDump(output, RestrictKey(writer));
                    await using var counted = new ProgressStream(stable, progress, Phases.Database, run.SourceReads);
                    dump = await writer.WriteAsync(ChunkClass.Dump, counted, token);
                },
                required.Add,
                before?.Known,
                nodes,
                cancellationToken
            );
        ImmutableArray<RequiredFiles> lists = await required.WriteListsAsync(
            writer,
            before,
            result.Withheld,
            cancellationToken
        );

        (CatalogueStamp? catalogue, string? lack) = await TryWriteCatalogueAsync(
            nodes,
            result,
            writer,
            cancellationToken
        );
        return new DatabaseCapture
        {
            Dump = dump!,
            Catalogue = catalogue,
            CatalogueDigests =
                catalogue is not null && result.NodeDigests is { } digested
                    ? await KnownNodes.ToStored(digested).WriteAsync(writer, cancellationToken)
                    : null,
            Vendor = result.Vendor,
            ServerVersion = result.ServerVersion,
            ToolVersion = result.ToolVersion,
            Schema = result.Schema,
            TransactionId = result.Watermark?.TransactionId,
            CommitTimeMs = result.Watermark?.CommitTimeMs,
            Rows = result.Rows.ToImmutableSortedDictionary(StringComparer.Ordinal),
            NotApplicable = [.. result.NotApplicable],
            Required = lists,
            RequiredDigests =
                result.Digests is { } digests && lists.All(list => list.Segments is not null)
                    ? await DigestsOf(digests, installation, required).WriteAsync(writer, cancellationToken)
                    : null,
            Unprotected = required.Unprotected,
            Unmapped = required.Unmapped,
            UnmappedSamples = required.UnmappedSamples,
            UnmappedAcknowledged = required.UnmappedAcknowledged,
            Generated = required.Generated,
            Warnings =
            [
                .. new[] { lack }
                    .OfType<string>()
                    .Concat(required.Warnings)
                    .Concat(result.Warnings)
                    .Concat(TenantStores.Judge(installation, result.TenantRoots).Select(static notice => notice.Line))
                    .Take(MaxWarnings),
            ],
        };
    }

    /// <summary>A set without a catalogue is worth as much for a restore: what keeps it from being written is a warning.</summary>
    private static async Task<(CatalogueStamp? Catalogue, string? Lack)> TryWriteCatalogueAsync(
        CatalogueCollector nodes,
        DumpResult dump,
        RunWriter writer,
        CancellationToken cancellationToken
    )
    {
        CatalogueStamp? catalogue = null;
        string? fault = dump.NodesFault;
        try
        {
            catalogue = fault is null ? await nodes.WriteAsync(writer, dump.NodesWithheld, cancellationToken) : null;
        }
        catch (FormatException e)
        {
            fault = e.Message;
        }
        catch (AbfException e) when (e.Kind is ErrorKind.Configuration or ErrorKind.Repository)
        {
            // The local disk is full, or a part of the catalogue before is lost: the dump has no need of either.
            fault = e.Message;
        }

        return (
            catalogue,
            fault is null
                ? null
                : "This set has no catalogue of its documents, so that 'abf find' and 'abf diff' pass it over and 'abf extract' "
                    + $"knows content URLs alone: {fault}"
        );
    }

    /// <summary>The same for all dumps of a repository, and known to nobody without its keys.</summary>
    private static string RestrictKey(RunWriter chunks) =>
        string.Concat(
            Enumerable
                .Range(0, 4)
                .Select(part =>
                    chunks
                        .SegmentHash(Encoding.ASCII.GetBytes($"\\restrict {part}"))
                        .ToString("x16", CultureInfo.InvariantCulture)
                )
        );

    private static RequiredDigests DigestsOf(
        RowDigests digests,
        Installation installation,
        RequiredCollector required
    ) =>
        new(
            RequiredBefore.Method(digests, installation.Urls.Rules),
            [
                .. digests
                    .Ranges.OrderBy(range => range.Key)
                    .Select(range => new RequiredDigest(
                        range.Key,
                        range.Value.Rows,
                        (range.Value.First, range.Value.Second),
                        IsListed: !required.OddRanges.Contains(range.Key)
                    )),
            ]
        );
}
