using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Drill.Records;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>A rehearsal of a restore that was made to its end: <c>abf drill --json</c>.</summary>
/// <param name="Passed">A restore of the set would have all that it should.</param>
/// <param name="Seconds">From the beginning to the end, interruptions included.</param>
/// <param name="Phases">The seconds that each part took, in their order.</param>
/// <param name="Required">Files that the restored database requires.</param>
/// <param name="Missing">Of these, the ones that are absent or of another size, acknowledged ones included.</param>
/// <param name="Tables">Tables whose rows were counted.</param>
/// <param name="Compared">Restored files whose bytes were compared with the live store.</param>
/// <param name="Errors">All of them; <paramref name="Findings"/> has the first of them.</param>
public sealed record DrillResultDocument(
    string Set,
    bool Passed,
    DateTime Started,
    double Seconds,
    IReadOnlyDictionary<string, double> Phases,
    long Files,
    long Bytes,
    long Required,
    long Missing,
    int Tables,
    long Compared,
    long Errors,
    DrillFindingDocument[] Findings,
    string[] Warnings
)
{
    /// <summary>The directories whose files were restored; null: all of the set.</summary>
    public string[]? Roots { get; init; }

    /// <summary>Required files of other directories, which were not looked up.</summary>
    public long LeftOut { get; init; }

    public static DrillResultDocument Of(DrillResult result) =>
        new(
            Set: result.Set.ToString(),
            Passed: result.Passed,
            Started: result.Started.UtcDateTime,
            Seconds: result.Seconds,
            Phases: result.Phases.ToDictionary(phase => phase.Name, phase => phase.Seconds),
            Files: result.Files,
            Bytes: result.Bytes,
            Required: result.Check.Required,
            Missing: result.Check.Missing,
            Tables: result.Check.Tables,
            Compared: result.Check.Compared,
            Errors: result.Check.Errors,
            Findings: [.. result.Check.Findings.Select(DrillFindingDocument.Of)],
            Warnings: [.. result.Warnings]
        )
        {
            Roots = result.Selection is { } selection ? [.. selection.Roots] : null,
            LeftOut = result.Check.LeftOut,
        };
}

/// <param name="Kind"><c>restore</c>, <c>missing</c>, <c>size</c>, <c>lost</c>, <c>rows</c>, <c>differs</c>.</param>
/// <param name="Url">The content URL of the document; null where it is none.</param>
/// <param name="Path">Beneath the restored directory.</param>
/// <param name="Size">Bytes that the database says it has.</param>
/// <param name="Nodes">The documents that use it, as the restored database says; the first three.</param>
public sealed record DrillFindingDocument(
    string Kind,
    string Line,
    string? Url,
    string? Path,
    long? Size,
    DrillNodeDocument[] Nodes
)
{
    internal static DrillFindingDocument Of(DrillFinding finding) =>
        new(
            finding.Kind,
            finding.Line,
            finding.Url,
            finding.Path,
            finding.Size,
            [.. finding.Nodes.Select(n => new DrillNodeDocument(n.NodeRef, n.Path, n.Property, n.MimeType))]
        );
}

/// <param name="Path">The names down to the document, with slashes.</param>
/// <param name="MimeType">Null where the database has none.</param>
public sealed record DrillNodeDocument(
    string NodeRef,
    string? Path,
    string Property,
    [property: JsonPropertyName("mimetype")] string? MimeType
);
