using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Charts;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>One set: its phases, its parts, what was found, how it was checked.</summary>
internal static class SetPage
{
    public static async Task<PageAnswer> ShowAsync(PageCall call, string id)
    {
        ApiReply<SetDetailDocument> reply = await call.Api.AskAsync<SetDetailDocument>(
            ApiRoutes.GetSet,
            call.Aborted,
            id
        );
        if (reply.Problem is { } problem)
        {
            return MessagePage.Of(call, problem);
        }

        SetDetailDocument set = reply.Document!;
        (string style, string words) = Judgement.Of(set);
        Html byDocument = await ByDocumentAsync(call, set);
        Html content = Html.Of(
            $"""
            <p class="note {style}">{words}</p>
            {FindingsPart.Unprotected(set.Unprotected)}
            <dl class="facts">{Facts(set)}</dl>
            <section aria-labelledby="phases"><h2 id="phases">Phases</h2>
            {PhaseLine.Render(set.Phases, set.Started, set.Sealed)}
            {Phases(set)}
            </section>
            <section aria-labelledby="roots"><h2 id="roots">Content</h2>{Roots(set)}</section>
            <section aria-labelledby="found"><h2 id="found">Findings</h2>{Findings(set, byDocument)}</section>
            <section aria-labelledby="search"><h2 id="search">Find a document in it</h2>
            <form method="get" action="{PagePaths.Find}" class="row"><input type="hidden" name="sets" value="{set.Id}">
            <div class="wide-field"><label for="for">What to look for</label><input id="for" name="for" type="search" required maxlength="1000"></div>
            <button>Search</button></form></section>
            <section aria-labelledby="check"><h2 id="check">Check it</h2>{OverviewPage.VerifyForm(
                call,
                set.Id
            )}</section>
            """
        );
        return Layout.Page(call, $"Set {set.Id}", PagePaths.Sets, content);
    }

    private static Html[] Facts(SetDetailDocument set) =>
        [
            Fact("Began", Show.Time(set.Started)),
            Fact("Sealed", Html.Of($"{Show.Time(set.Sealed)}, after {Show.Duration(set.Sealed - set.Started)}")),
            Fact("Size", Html.Of($"{Amounts.Count(set.Files, "file")}, {Amounts.Bytes(set.Bytes)}")),
            Fact("Added", Html.Of($"{Amounts.Bytes(set.AddedBytes)}")),
            Fact(
                "Database",
                set.Database is { } database
                    ? Html.Of(
                        $"{database.Vendor} {database.ServerVersion}, dump of {Amounts.Bytes(database.DumpBytes)}"
                    )
                    : Html.Of($"none")
            ),
            Fact("Index", Html.Of($"{set.Index.Kind}")),
            Fact("Verified", Check(set.LastVerification)),
            Fact("Drill", Check(set.LastDrill)),
            Fact("Made by", Html.Of($"{set.Tool}")),
        ];

    private static Html Check(SetCheckDocument? check)
    {
        (string style, string words) = Judgement.Of(check);
        return check is null
            ? Html.Of($"<span class=\"{style}\">{words}</span>")
            : Html.Of($"<span class=\"{style}\">{words}</span> {check.Depth} {Show.Time(check.Ended)}");
    }

    private static Html Phases(SetDetailDocument set) =>
        Html.Of(
            $"""
            <div class="wide" role="region" aria-label="Times of the phases" tabindex="0"><table><caption class="unseen">Phases of the set</caption>
            <thead><tr><th scope="col">Phase</th><th scope="col">Began</th><th scope="col" class="number">Took</th></tr></thead>
            <tbody>{set.Phases.Select(p =>
                Html.Of(
                    $"<tr><th scope=\"row\">{p.Name}</th><td>{Show.Time(p.Started)}</td><td class=\"number\">{Show.Duration(p.Ended - p.Started)}</td></tr>"
                )
            )}</tbody>
            </table></div>
            """
        );

    private static Html Roots(SetDetailDocument set) =>
        Html.Of(
            $"""
            <div class="wide" role="region" aria-label="Content stores" tabindex="0"><table><caption class="unseen">Content stores of the set</caption>
            <thead><tr><th scope="col">Store</th><th scope="col" class="number">Files</th>
            <th scope="col" class="number">Bytes</th><th scope="col" class="number">Required</th></tr></thead>
            <tbody>{set.Roots.Select(r =>
                Html.Of(
                    $"""
                    <tr><th scope="row">{r.Name}</th><td class="number">{Amounts.Count(r.Files)}</td>
                    <td class="number">{Amounts.Bytes(r.Bytes)}</td><td class="number">{Amounts.Count(r.Required)}</td></tr>
                    """
                )
            )}</tbody>
            </table></div>
            """
        );

    private static Html Findings(SetDetailDocument set, Html byDocument)
    {
        (long Count, string Words)[] counts =
        [
            (set.Missing, "required files that the set does not have"),
            (set.SourceMissing, "files carried over, because the source lost them"),
            (set.SourceChanged, "files carried over, because the source has other bytes"),
            (set.Acknowledged, "missing files that were accepted"),
        ];
        Html[] found =
        [
            .. counts
                .Where(count => count.Count > 0)
                .Select(count => Html.Of($"<li>{Amounts.Count(count.Count)} {count.Words}</li>")),
            .. set.Warnings.Select(warning => Html.Of($"<li>{Show.Short(warning, 1000)}</li>")),
        ];
        Html list = found.Length == 0 ? Html.Of($"<p>Its proof found nothing.</p>") : Html.Of($"<ul>{found}</ul>");
        return Html.Of($"{list}{byDocument}");
    }

    /// <summary>The first of each kind, and the way to all of them.</summary>
    private static async Task<Html> ByDocumentAsync(PageCall call, SetDetailDocument set)
    {
        (string Kind, bool IsThere)[] kinds =
        [
            (FindingsPart.Missing, set.Missing > 0),
            (FindingsPart.CarriedOver, set.SourceMissing + set.SourceChanged > 0),
            (FindingsPart.Verification, set.LastVerification is not null),
        ];
        List<Html> parts = [];
        foreach ((string kind, _) in kinds.Where(static kind => kind.IsThere))
        {
            ApiReply<SetReportDocument> reply = await call.Api.AskAsync<SetReportDocument>(
                ApiRoutes.GetReport,
                call.Aborted,
                set.Id,
                query: [("kind", kind), ("limit", "5")]
            );
            if (reply.Problem is { } problem)
            {
                parts.Add(MessagePage.Note(problem));
            }
            else if (reply.Document is { } report && (report.Files.Length > 0 || report.Verification is not null))
            {
                Html some = report.Verification is { } verification
                    ? FindingsPart.Verified(verification with { Findings = [.. verification.Findings.Take(5)] }, set.Id)
                    : FindingsPart.Files(report, set.Id);
                parts.Add(
                    Html.Of(
                        $"""
                        <h3>{FindingsPart.WordsOf(kind)}</h3>{FindingsPart.Warnings(report)}{some}
                        <p><a href="{PagePaths.Report(set.Id, kind)}">All: {FindingsPart
                            .WordsOf(kind)
                            .ToLowerInvariant()}</a></p>
                        """
                    )
                );
            }
        }

        return Html.Of($"{parts}");
    }

    private static Html Fact(string name, Html value) => Html.Of($"<div><dt>{name}</dt><dd>{value}</dd></div>");
}
