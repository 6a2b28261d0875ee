using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>
/// A set with its phases and counts: <c>abf show --json</c> and <c>GET /api/sets/{id}</c>. Times are UTC. What names a
/// path (findings, the sources of roots) is told on the host alone and absent over HTTP.
/// </summary>
/// <param name="Consistent">Proved to be so.</param>
/// <param name="Unproven">
/// Whether the files fit the database is not known; the first warnings say why.
/// </param>
/// <param name="LooksEncoded">
/// Nearly every file has another size than the database says, as if the content store encrypted or compressed.
/// </param>
/// <param name="Required">Files that the dump requires.</param>
/// <param name="SourceMissing">Files carried over from the set before because the source lost them.</param>
/// <param name="SourceChanged">Files carried over from the set before because the source's content is another.</param>
/// <param name="Acknowledged">Missing files that an administrator has accepted.</param>
/// <param name="Unprotected">Required documents outside the file system, by protocol: not in the set.</param>
/// <param name="Findings">The first of the files that are missing or were carried over.</param>
public sealed record SetDetailDocument(
    string Id,
    string Installation,
    DateTime Started,
    DateTime Sealed,
    bool Consistent,
    bool Unproven,
    long Missing,
    long Files,
    long Bytes,
    long AddedBytes,
    string? Parent,
    PhaseDocument[] Phases,
    SearchIndexDocument Index,
    DatabaseDocument? Database,
    RootDocument[] Roots,
    long Required,
    long SourceMissing,
    long SourceChanged,
    long Acknowledged,
    bool LooksEncoded,
    IReadOnlyDictionary<string, long> Unprotected,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FileFindingDocument[]? Findings,
    string[] Warnings,
    string Tool
)
{
    /// <param name="withPaths">Findings and sources too. Warnings may name paths either way.</param>
    public static SetDetailDocument Of(SetSummary set, SetManifest manifest, bool withPaths) =>
        new(
            set.Id.ToString(),
            set.Installation,
            set.Started.UtcDateTime,
            set.Sealed.UtcDateTime,
            set.Consistent,
            set.Unproven,
            set.Missing,
            set.Files,
            set.Bytes,
            set.AddedBytes,
            set.Parent?.ToString(),
            [.. manifest.Phases.Select(PhaseDocument.Of)],
            SearchIndexDocument.Of(manifest.Index),
            manifest.Database is { } database ? DatabaseDocument.Of(database) : null,
            [.. manifest.Roots.Select(r => RootDocument.Of(r, withPaths))],
            manifest.Consistency.Required,
            manifest.Consistency.SourceMissing,
            manifest.Consistency.SourceChanged,
            manifest.Consistency.Acknowledged,
            manifest.Consistency.LooksEncoded,
            manifest.Consistency.Unprotected,
            withPaths ? [.. manifest.Consistency.Named.Select(FileFindingDocument.Of)] : null,
            [.. manifest.Warnings.Union(manifest.Index.Warnings, StringComparer.Ordinal)],
            manifest.Tool
        );
}
