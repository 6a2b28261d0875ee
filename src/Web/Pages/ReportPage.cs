using System.Globalization;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>The findings of a set by document, some at a time.</summary>
internal static class ReportPage
{
    private const int PerPage = 50;

    public static async Task<PageAnswer> ShowAsync(PageCall call, string id)
    {
        string kind = call.Query("kind") is { Length: > 0 } asked ? asked : FindingsPart.Missing;
        ApiReply<SetReportDocument> reply = await call.Api.AskAsync<SetReportDocument>(
            ApiRoutes.GetReport,
            call.Aborted,
            id,
            query:
            [
                ("kind", kind),
                ("from", call.Query("from")),
                ("limit", PerPage.ToString(CultureInfo.InvariantCulture)),
            ]
        );
        if (reply.Problem is { } problem)
        {
            return MessagePage.Of(call, problem);
        }

        SetReportDocument report = reply.Document!;
        string set = report.Report.Set;
        Html found =
            report.Kind != FindingsPart.Verification ? FindingsPart.Files(report, set)
            : report.Verification is { } verification ? FindingsPart.Verified(verification, set)
            : Html.Of($"<p>No verification that is known here found anything.</p>");
        Html content = Html.Of(
            $"""
            <p><a href="{PagePaths.Set(set)}">Set {set}</a></p>
            {FindingsPart.Unprotected(report.Report.Unprotected)}
            <nav aria-label="Findings"><ul class="row">{Kinds(report, set)}</ul></nav>
            {FindingsPart.Warnings(report)}
            {found}
            {Others(report, set)}
            """
        );
        return Layout.Page(call, FindingsPart.WordsOf(report.Kind), PagePaths.Sets, content);
    }

    private static IEnumerable<Html> Kinds(SetReportDocument report, string set)
    {
        (string Kind, string Words)[] kinds =
        [
            (FindingsPart.Missing, $"Missing ({Amounts.Count(report.Report.Counts.Missing)})"),
            (FindingsPart.CarriedOver, $"Carried over ({Amounts.Count(report.Report.Counts.CarriedOver)})"),
            (FindingsPart.Verification, "Verification"),
        ];
        return kinds.Select(kind =>
            Layout.Link(PagePaths.Report(set, kind.Kind), kind.Words, kind.Kind == report.Kind)
        );
    }

    private static Html Others(SetReportDocument report, string set)
    {
        Html before =
            report.From > 0
                ? Html.Of(
                    $"<a rel=\"prev\" href=\"{PagePaths.Report(set, report.Kind, Math.Max(0, report.From - PerPage))}\">Those before</a>"
                )
                : Html.Empty;
        Html next = report.Next is { } from
            ? Html.Of($"<a rel=\"next\" href=\"{PagePaths.Report(set, report.Kind, from)}\">The next ones</a>")
            : Html.Empty;
        return report.From == 0 && report.Next is null
            ? Html.Empty
            : Html.Of($"<nav aria-label=\"More findings\" class=\"row\">{before}{next}</nav>");
    }
}
