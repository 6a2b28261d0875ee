using AlfrescoBackupFlows.Api;
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
        Html content = Html.Of(
            $"""
            <p class="note {style}">{words}</p>
            <dl class="facts">{Facts(set)}</dl>
            <section aria-labelledby="phases"><h2 id="phases">Phases</h2>
            {PhaseLine.Render(set.Phases, set.Started, set.Sealed)}
            {Phases(set)}
            </section>
            <section aria-labelledby="roots"><h2 id="roots">Content</h2>{Roots(set)}</section>
            <section aria-labelledby="found"><h2 id="found">Findings</h2>{Findings(set)}</section>
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

    private static Html Findings(SetDetailDocument set)
    {
        (long Count, string Words)[] counts =
        [
            (set.Missing, "required files that the set does not have"),
            (set.SourceMissing, "files carried over, because the source lost them"),
            (set.SourceChanged, "files carried over, because the source has other bytes"),
            (set.Acknowledged, "missing files that were accepted"),
            (set.Unprotected.Values.Sum(), "documents outside the file system, which no set has"),
        ];
        Html[] found =
        [
            .. counts
                .Where(count => count.Count > 0)
                .Select(count => Html.Of($"<li>{Amounts.Count(count.Count)} {count.Words}</li>")),
            .. set.Warnings.Select(warning => Html.Of($"<li>{warning}</li>")),
        ];
        return found.Length == 0
            ? Html.Of($"<p>Nothing was found.</p>")
            : Html.Of(
                $"<ul>{found}</ul><p>On the host, <code>abf report {set.Id}</code> names each file and its documents.</p>"
            );
    }

    private static Html Fact(string name, Html value) => Html.Of($"<div><dt>{name}</dt><dd>{value}</dd></div>");
}
