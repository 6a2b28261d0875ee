using System.Collections.Immutable;
using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>Builds the manifest from journaled values; of the installation only names and places, for people.</summary>
internal static class ManifestBuilder
{
    public static SetManifest Build(
        CommitSetInput input,
        CapturedParts parts,
        Installation installation,
        SetManifest? parent,
        ImmutableArray<NamedFile> named,
        string tool
    )
    {
        ImmutableArray<RootStamp> roots = [.. Roots(parts, installation, parent)];
        DatabaseCapture database = parts.Database;
        ConsistencyResult proof = parts.Consistency;
        return new SetManifest
        {
            Id = input.Run.Id,
            Installation = new InstallationStamp(installation.Name, installation.Fingerprint),
            Base = input.Base,
            Parent = input.Run.Parent,
            Started = input.Started,
            Sealed = input.Sealed,
            Phases = input.Phases,
            Index = parts.Index is { } index ? IndexOf(index) : NoIndex(database, installation, input.IndexFault),
            Database = new DatabaseStamp(
                Vendor: database.Vendor,
                ServerVersion: database.ServerVersion,
                ToolVersion: database.ToolVersion,
                Name: installation.Database.Database,
                Dump: database.Dump,
                Watermark: database is { TransactionId: { } transaction, CommitTimeMs: { } committed }
                    ? new TransactionWatermark(transaction, committed)
                    : null,
                Rows: database.Rows,
                NotApplicable: database.NotApplicable
            )
            {
                Schema = database.Schema,
                RequiredDigests = proof.DigestAlarm is null ? database.RequiredDigests : null,
                Catalogue = database.Catalogue,
                CatalogueDigests = database.CatalogueDigests,
            },
            Roots = roots,
            Consistency = new ConsistencyReport(
                Consistent: proof.Missing == proof.Acknowledged,
                Required: proof.Required,
                Missing: proof.Missing,
                Named: named,
                SourceMissing: parts.Roots.Sum(root => root.Totals.SourceMissing),
                SourceChanged: parts.Roots.Sum(root => root.Totals.SourceChanged),
                Acknowledged: proof.Acknowledged,
                Unprotected: database.Unprotected
            )
            {
                SizesIgnored = proof.SizesIgnored,
                WrongSizes = proof.WrongSizes,
                LooksEncoded = proof.LooksEncoded,
                Unproven = proof.Unproven,
                Proof = proof.Proof,
                Details = proof.Details,
                Generated = database.Generated,
            },
            Totals = new SetTotals(
                roots.Sum(root => root.Files),
                roots.Sum(root => root.Bytes) + database.Dump.Length,
                parts.Indexes.AddedBytes,
                parts.Indexes.Chunks
            ),
            Indexes = parts.Indexes.Indexes,
            Warnings = [.. Warnings(input, parts, installation, parent)],
            Tool = tool,
            FullScan = input.FullScan ? input.Started : parent?.FullScan,
        };
    }

    private static SearchIndexCopyStamp IndexOf(SearchIndexCapture index) =>
        index.Backup is { } backup
            ? new SearchIndexCopyStamp("solr", backup, index.Written, SolrCopy.Root, index.Warnings)
            : new SearchIndexCopyStamp(
                "lucene",
                string.Create(CultureInfo.InvariantCulture, $"{index.Generation.Inode}-{index.Generation.ChangedNs}"),
                index.Written,
                ContentRoots.Index,
                index.Warnings
            );

    private static SearchIndexCopyStamp NoIndex(DatabaseCapture database, Installation installation, string? fault) =>
        new("none", null, null, null, fault is null ? [] : [$"The set has no search index: {fault}"])
        {
            Reindex =
            [
                .. ReindexPlan.Of(
                    installation.IndexSubsystem,
                    database.Rows.GetValueOrDefault("alf_node"),
                    database.Rows.GetValueOrDefault("alf_transaction")
                ),
            ],
        };

    private static RootStamp IndexRoot(
        string name,
        string path,
        ContentRef listing,
        long files,
        long directories,
        long bytes
    ) =>
        new(
            Name: name,
            Path: path,
            Listing: listing,
            Required: null,
            Files: files,
            Directories: directories,
            Bytes: bytes,
            RequiredFiles: 0,
            Class: ChunkClass.Index
        );

    private static IEnumerable<RootStamp> Roots(CapturedParts parts, Installation installation, SetManifest? parent)
    {
        if (parts.Index is { Backup: null } index)
        {
            yield return IndexRoot(
                ContentRoots.Index,
                index.Path,
                index.Listing,
                index.Files,
                index.Directories,
                index.Bytes
            );
        }

        foreach (CapturedCore core in parts.Index is { Cores.IsDefault: false } solr ? solr.Cores : [])
        {
            yield return IndexRoot(
                SolrCopy.RootOf(core.Core),
                core.Path,
                core.Listing,
                core.Files,
                core.Directories,
                core.Bytes
            );
        }

        foreach (RootListing root in parts.Roots)
        {
            RequiredFiles? required = parts.Database.Required.FirstOrDefault(list => list.Root == root.Root);
            bool wasOff = parent?.Roots.FirstOrDefault(old => old.Name == root.Root)?.SealingOff == true;
            yield return new RootStamp(
                Name: root.Root,
                Path: ContentRoots.Find(installation, root.Root).Path,
                Listing: root.Listing,
                Required: required?.List,
                Files: root.Totals.Files,
                Directories: root.Totals.Directories,
                Bytes: root.Totals.Bytes,
                RequiredFiles: required?.Files ?? 0,
                Class: ChunkClass.Content
            )
            {
                SealingOff = wasOff || root.TrustBroken,
                RequiredSegments = required?.Segments,
                DirectoryTable = root.Directories,
                Findings = parts.Consistency.Findings.IsDefault
                    ? null
                    : parts.Consistency.Findings.FirstOrDefault(list => list.Root == root.Root)?.List,
            };
        }
    }

    private static IEnumerable<string> Warnings(
        CommitSetInput input,
        CapturedParts parts,
        Installation installation,
        SetManifest? parent
    )
    {
        foreach (string reason in parts.Consistency.Unproven.IsDefault ? [] : parts.Consistency.Unproven)
        {
            yield return $"Nothing is proved: {reason}{(reason.EndsWith('?') ? string.Empty : ".")}";
        }

        if (parts.Consistency.LooksEncoded)
        {
            yield return $"{HotBackupResult.Encoded(parts.Consistency.WrongSizes)}. If it is neither, they are damaged.";
        }

        if (parts.Consistency.DigestAlarm is { } alarm)
        {
            yield return alarm;
        }

        foreach (string warning in input.Warnings)
        {
            yield return warning;
        }

        if (parent is not null && parent.Installation.Fingerprint != installation.Fingerprint)
        {
            yield return $"The set before ({parent.Id}) is of an installation with another fingerprint: does another one use "
                + $"the name '{installation.Name}'?";
        }

        foreach ((string protocol, long count) in parts.Database.Unprotected)
        {
            yield return $"{count} content URLs of protocol '{protocol}' lie outside the file system: their content is NOT in "
                + "this set.";
        }

        if (parts.Database.TransactionId is null)
        {
            yield return "Table alf_transaction has no row, or is not there: the database has never seen a change.";
        }

        foreach (string warning in parts.Database.Warnings)
        {
            yield return warning;
        }

        foreach (RootListing root in parts.Roots)
        {
            foreach (string warning in RootWarnings(root))
            {
                yield return warning;
            }
        }
    }

    private static IEnumerable<string> RootWarnings(RootListing root)
    {
        FileTotals totals = root.Totals;
        (long Count, string What)[] counts =
        [
            (
                totals.SourceMissing,
                "required files are gone from the source, or unreadable there, and were carried over from the set before"
            ),
            (
                totals.SourceChanged,
                "required files changed in the source; the content of the set before was carried over"
            ),
            (totals.Unreadable, "files or directories could not be read"),
            (totals.Unstable, "files changed while they were read"),
            (
                totals.Skipped,
                "symbolic links, sockets or devices are in the set only where the database requires the file behind them"
            ),
            (totals.BrokenTrusts, "directories changed their names without changing their times"),
        ];
        IEnumerable<string> empty =
            totals.Files == 0 && root.Root is not (ContentRoot.Deleted or ContentRoot.Audit)
                ?
                [
                    root.Root == ContentRoot.Keystore
                        ? "keystore: there is not one file in it: no keystore is captured, and without its keystore encrypted content is lost."
                        : $"{root.Root}: there is not one file in it.",
                ]
                : [];
        return counts
            .Where(count => count.Count > 0)
            .Select(count => $"{root.Root}: {count.Count} {count.What}.")
            .Concat(root.Warnings)
            .Concat(empty);
    }
}
