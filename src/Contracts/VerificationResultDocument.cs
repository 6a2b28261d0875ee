using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>
/// A verification that is done: <c>abf verify --json</c>, and <c>result</c> of <c>GET /api/verifications/{id}</c>.
/// </summary>
/// <param name="Sound">Every set that was looked at restores, as far as was looked.</param>
/// <param name="Depth"><c>structure</c>, <c>sample</c>, <c>data</c> or <c>live</c>.</param>
/// <param name="ReadData">Every byte was read.</param>
/// <param name="Sets">
/// The ids of the sets; null where all of them were verified and the host does not list them.
/// </param>
/// <param name="Files">Files, counted in every set.</param>
/// <param name="Required">Required files that were looked up in the listings.</param>
/// <param name="Lost">Files that do not restore, counted in every set; the findings name the first of them.</param>
/// <param name="Packs">Packs that the sets need.</param>
/// <param name="UnneededPacks">
/// Packs in the store that no set needs, never read: what runs needed while they worked, or runs without a set left. 0
/// where not every set was looked at.
/// </param>
/// <param name="UnneededBytes">Bytes of these.</param>
/// <param name="PackBytes">Bytes of the packs that the sets need.</param>
/// <param name="BytesRead">Bytes of the packs that were read.</param>
/// <param name="Live">The comparison with the live installation; absent where there was none.</param>
/// <param name="Errors">All of them; <paramref name="Findings"/> has the first hundred findings.</param>
/// <param name="Alarms">Files of the live installation that are lost or were changed; every set restores.</param>
public sealed record VerificationResultDocument(
    bool Sound,
    string Depth,
    bool ReadData,
    string[]? Sets,
    long Files,
    long Bytes,
    long Required,
    long Lost,
    long Packs,
    long PacksRead,
    long UnneededPacks,
    long UnneededBytes,
    long PackBytes,
    long BytesRead,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LiveComparisonDocument? Live,
    long Errors,
    long Alarms,
    long Warnings,
    VerificationFindingDocument[] Findings
)
{
    public static VerificationResultDocument Of(VerifyReport report, VerifyInput asked, string[]? sets) =>
        new(
            Sound: report.IsSound,
            Depth: asked.Depth,
            ReadData: asked.ReadData,
            Sets: sets,
            Files: report.Totals.Files,
            Bytes: report.Totals.Bytes,
            Required: report.Totals.Required,
            Lost: report.Totals.Lost,
            Packs: report.Totals.Packs,
            PacksRead: report.Totals.PacksRead,
            UnneededPacks: report.Totals.UnneededPacks,
            UnneededBytes: report.Totals.UnneededBytes,
            PackBytes: report.Totals.PackBytes,
            BytesRead: report.Totals.BytesRead,
            Live: asked.Live ? LiveComparisonDocument.Of(report.Totals) : null,
            Errors: report.Errors,
            Alarms: report.Alarms,
            Warnings: report.Warnings,
            Findings: [.. report.Findings.Select(VerificationFindingDocument.Of)]
        );
}

/// <summary>The newest of the sets beside the content stores of the live installation.</summary>
/// <param name="Files">Files that were compared.</param>
/// <param name="Changed">Of these, the ones whose bytes are others now.</param>
/// <param name="Gone">Files that are gone although the live database requires them.</param>
/// <param name="CleanedUp">Files that are gone and that nobody requires any more.</param>
public sealed record LiveComparisonDocument(long Files, long Bytes, long Changed, long Gone, long CleanedUp)
{
    internal static LiveComparisonDocument Of(VerifyTotals totals) =>
        new(totals.Compared, totals.ComparedBytes, totals.Changed, totals.Gone, totals.CleanedUp);
}

/// <param name="Severity">
/// <c>error</c>: something of a set is lost or wrong; <c>alarm</c>: something of the live installation is; <c>warning</c>.
/// </param>
/// <param name="Set">Null: the repository as a whole.</param>
/// <param name="Path">The file that it touches, as restored; absent: none, or many.</param>
/// <param name="Url">The content URL that leads to it; absent where there is none.</param>
/// <param name="Blob">The blob in which it lies, relative to the repository; absent: none, or not known.</param>
/// <param name="Nodes">Who uses the file; absent where nobody does, or nobody asked.</param>
public sealed record VerificationFindingDocument(
    string Severity,
    string? Set,
    string Line,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Blob,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ReportNodeDocument[]? Nodes
)
{
    /// <summary>Without what only a host can say: URL and nodes.</summary>
    public static VerificationFindingDocument Of(Finding finding) =>
        new(
            finding.Severity switch
            {
                FindingSeverity.Error => "error",
                FindingSeverity.Alarm => "alarm",
                _ => "warning",
            },
            finding.Set?.ToString(),
            finding.Line,
            finding.Root is null ? null : $"{finding.Root}/{finding.Path}",
            Url: null,
            finding.Blob,
            Nodes: null
        );
}
