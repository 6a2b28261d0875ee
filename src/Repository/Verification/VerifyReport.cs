using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>What a verification, or a part of one, found. Small enough for a journal, whatever was found.</summary>
/// <param name="Findings">The first hundred findings, or fewer where they are long.</param>
/// <param name="Errors">Findings of severity error, all of them.</param>
/// <param name="Warnings">Findings of severity warning, all of them.</param>
public sealed record VerifyReport(ImmutableArray<Finding> Findings, long Errors, long Warnings, VerifyTotals Totals)
{
    private const int MaxFindings = 100;

    /// <summary>Of all lines together, as JSON: a journal takes 64 KiB.</summary>
    private const int MaxLineBytes = 24 * 1024;

    public static readonly VerifyReport None = new([], 0, 0, VerifyTotals.None);

    /// <summary>Every set that was looked at restores, as far as was looked.</summary>
    public bool IsSound => Errors == 0;

    /// <summary>Files of the live installation that are lost or have other bytes than a set has.</summary>
    [JsonIgnore]
    public long Alarms => Totals.Changed + Totals.Gone;

    public static VerifyReport operator +(VerifyReport left, VerifyReport right) => Add(left, right);

    public static VerifyReport Add(VerifyReport left, VerifyReport right) =>
        new(
            Cap(left.Findings.Concat(right.Findings)),
            left.Errors + right.Errors,
            left.Warnings + right.Warnings,
            left.Totals + right.Totals
        );

    /// <summary>
    /// Adds what a second look at the same sets found and the first did not; what both found counts once.
    /// </summary>
    public VerifyReport Renew(VerifyReport again)
    {
        Finding[] news = [.. again.Findings.Except(Findings)];
        int errors = news.Count(finding => finding.Severity is FindingSeverity.Error);
        return this with
        {
            Findings = Cap(Findings.Concat(news)),
            Errors = Math.Max(Errors + errors, again.Errors),
            Warnings = Math.Max(Warnings + news.Length - errors, again.Warnings),
            Totals = Totals with
            {
                Lost = Math.Max(Totals.Lost, again.Totals.Lost),
                LostBytes = Math.Max(Totals.LostBytes, again.Totals.LostBytes),
            },
        };
    }

    /// <summary>
    /// What is odd about the log is a warning; where its chain is broken, and where a blob behind its end may have been the
    /// newest set's entry, an error.
    /// </summary>
    public static VerifyReport OfLog(LogHead head)
    {
        Finding[] findings = [.. head.Alarms.Select(alarm => new Finding(SeverityOf(alarm), null, alarm))];
        int errors = findings.Count(finding => finding.Severity is FindingSeverity.Error);
        return new VerifyReport(Cap(findings), errors, findings.Length - errors, VerifyTotals.None);

        FindingSeverity SeverityOf(string alarm) =>
            alarm == head.Break || head.Unread.Any(blob => blob.Key > head.Sequence && blob.Value == alarm)
                ? FindingSeverity.Error
                : FindingSeverity.Warning;
    }

    /// <summary>What kept the verification from going on.</summary>
    public static VerifyReport OfFault(PermanentException fault) =>
        new(Cap([new Finding(FindingSeverity.Error, null, fault.Message)]), 1, 0, VerifyTotals.None);

    /// <summary>Of a comparison with the live installation, in which no set is at fault.</summary>
    public static VerifyReport OfLive(IEnumerable<Finding> findings, long warnings, VerifyTotals totals) =>
        Of(findings, errors: 0, warnings, totals);

    internal static VerifyReport Of(IEnumerable<Finding> findings, long errors, long warnings, VerifyTotals totals) =>
        new(Cap(findings), errors, warnings, totals);

    /// <summary>
    /// What touches the repository as a whole comes first: a lost index blob must not drown in the files that are lost
    /// with it.
    /// </summary>
    private static ImmutableArray<Finding> Cap(IEnumerable<Finding> findings)
    {
        int bytes = 0;
        return
        [
            .. findings
                .OrderBy(finding => finding.Set is not null)
                .Take(MaxFindings)
                .TakeWhile(finding => (bytes += EncodedLength(finding)) <= MaxLineBytes),
        ];

        static int EncodedLength(Finding finding) =>
            JsonEncodedText.Encode(finding.Line).EncodedUtf8Bytes.Length
            + JsonEncodedText.Encode(finding.Path ?? string.Empty).EncodedUtf8Bytes.Length;
    }
}
