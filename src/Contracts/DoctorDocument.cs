using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>What <c>abf doctor --json</c> writes.</summary>
/// <param name="Errors">Of the findings; with one of them no backup can be taken.</param>
/// <param name="Findings">The most severe first.</param>
public sealed record DoctorDocument(int Errors, int Warnings, DoctorFindingDocument[] Findings)
{
    public static DoctorDocument Of(ImmutableArray<Notice> found) =>
        new(
            Errors: found.Count(static notice => notice.Severity is NoticeSeverity.Error),
            Warnings: found.Count(static notice => notice.Severity is NoticeSeverity.Warning),
            Findings: [.. found.Select(DoctorFindingDocument.Of)]
        );
}

/// <param name="Id">Which condition it is, as <c>docs/doctor.md</c> lists them.</param>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>info</c>.</param>
/// <param name="What">What is so, with the setting or path and its value.</param>
/// <param name="Why">What comes of it.</param>
/// <param name="Fix">What to do.</param>
public sealed record DoctorFindingDocument(string Id, string Severity, string What, string Why, string Fix)
{
    internal static DoctorFindingDocument Of(Notice notice) =>
        new(
            notice.Id,
            notice.Severity switch
            {
                NoticeSeverity.Error => "error",
                NoticeSeverity.Warning => "warning",
                _ => "info",
            },
            notice.What,
            notice.Why,
            notice.Fix
        );
}
