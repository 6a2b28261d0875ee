using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>
/// A set with its phases and counts: <c>abf show --json</c> and <c>GET /api/sets/{id}</c>. Times are UTC. What names a
/// path (findings, the sources of roots) is shown on the host alone and absent over HTTP.
/// </summary>
public sealed record SetDetailDocument : SetDocument
{
    private SetDetailDocument(SetDocument row)
        : base(row) { }

    public required PhaseDocument[] Phases { get; init; }

    public required SearchIndexDocument Index { get; init; }

    public required DatabaseDocument? Database { get; init; }

    public required RootDocument[] Roots { get; init; }

    /// <summary>Files that the dump requires.</summary>
    public required long Required { get; init; }

    /// <summary>Files carried over from the set before because the source lost them.</summary>
    public required long SourceMissing { get; init; }

    /// <summary>Files carried over from the set before because the source's content is another.</summary>
    public required long SourceChanged { get; init; }

    /// <summary>Missing files that an administrator has accepted.</summary>
    public required long Acknowledged { get; init; }

    /// <summary>
    /// Nearly every file has another size than the database says, as if the content store encrypted or compressed.
    /// </summary>
    public required bool LooksEncoded { get; init; }

    /// <summary>Required documents outside the file system, by protocol: not in the set.</summary>
    public required IReadOnlyDictionary<string, long> Unprotected { get; init; }

    /// <summary>The first of the files that are missing or were carried over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required FileFindingDocument[]? Findings { get; init; }

    /// <summary>Where the set is unproven, the first ones say why.</summary>
    public required string[] Warnings { get; init; }

    public required string Tool { get; init; }

    /// <summary>Which set it is the copy of, as the file said that it was imported from; null: it was backed up.</summary>
    public required OriginDocument? Origin { get; init; }

    /// <param name="withPaths">Findings and sources too. Warnings may name paths either way.</param>
    /// <param name="checks">What checked sets last.</param>
    public static SetDetailDocument Of(SetSummary set, SetManifest manifest, SetCheckTable checks, bool withPaths) =>
        new(Of(set, checks))
        {
            LastVerification = SetCheckDocument.Of(checks.FindLast(set.Id, SetCheckKinds.Verify), withPaths),
            LastDrill = SetCheckDocument.Of(checks.FindLast(set.Id, SetCheckKinds.Drill), withPaths),
            Phases = [.. manifest.Phases.Select(PhaseDocument.Of)],
            Index = SearchIndexDocument.Of(manifest.Index),
            Database = manifest.Database is { } database ? DatabaseDocument.Of(database) : null,
            Roots = [.. manifest.Roots.Select(r => RootDocument.Of(r, withPaths))],
            Required = manifest.Consistency.Required,
            SourceMissing = manifest.Consistency.SourceMissing,
            SourceChanged = manifest.Consistency.SourceChanged,
            Acknowledged = manifest.Consistency.Acknowledged,
            LooksEncoded = manifest.Consistency.LooksEncoded,
            Unprotected = manifest.Consistency.Unprotected,
            Findings = withPaths ? [.. manifest.Consistency.Named.Select(FileFindingDocument.Of)] : null,
            Warnings = [.. manifest.Warnings.Union(manifest.Index.Warnings, StringComparer.Ordinal)],
            Tool = manifest.Tool,
            Origin = manifest.Origin is { } origin ? OriginDocument.Of(origin) : null,
        };
}
