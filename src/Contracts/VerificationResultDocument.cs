using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>
/// A verification that is done: <c>abf verify --json</c>, and <c>result</c> of <c>GET /api/verifications/{id}</c>.
/// </summary>
/// <param name="Sound">Every set that was looked at restores, as far as was looked.</param>
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
/// <param name="Errors">All of them; <paramref name="Findings"/> has the first hundred findings.</param>
public sealed record VerificationResultDocument(
    bool Sound,
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
    long Errors,
    long Warnings,
    VerificationFindingDocument[] Findings
)
{
    public static VerificationResultDocument Of(VerifyReport report, bool readData, string[]? sets) =>
        new(
            Sound: report.IsSound,
            ReadData: readData,
            Sets: sets,
            Files: report.Totals.Files,
            Bytes: report.Totals.Bytes,
            Required: report.Totals.Required,
            Lost: report.Totals.Lost,
            Packs: report.Totals.Packs,
            PacksRead: report.Totals.PacksRead,
            UnneededPacks: report.Totals.UnneededPacks,
            UnneededBytes: report.Totals.UnneededBytes,
            Errors: report.Errors,
            Warnings: report.Warnings,
            Findings: [.. report.Findings.Select(VerificationFindingDocument.Of)]
        );
}

/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Set">Null: the repository as a whole.</param>
public sealed record VerificationFindingDocument(string Severity, string? Set, string Line)
{
    internal static VerificationFindingDocument Of(Finding finding) =>
        new(finding.Severity is FindingSeverity.Error ? "error" : "warning", finding.Set?.ToString(), finding.Line);
}
