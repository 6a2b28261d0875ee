using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Charts;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>The sets, newest first, each with its phases on a time line.</summary>
internal static class SetsPage
{
    private const int PerPage = 20;

    public static async Task<PageAnswer> ShowAsync(PageCall call, PhaseMemory phases)
    {
        ApiReply<SetDocument[]> reply = await call.Api.AskAsync<SetDocument[]>(ApiRoutes.ListSets, call.Aborted);
        if (reply.Problem is { } problem)
        {
            return MessagePage.Of(call, problem);
        }

        SetDocument[] sets = reply.Document!;
        int last = Math.Max(1, (sets.Length + PerPage - 1) / PerPage);
        int number = int.TryParse(call.Query("page"), out int asked) ? Math.Clamp(asked, 1, last) : 1;
        List<Html> rows = [];
        foreach (SetDocument set in sets.Skip((number - 1) * PerPage).Take(PerPage))
        {
            rows.Add(Row(set, await phases.OfAsync(call, set.Id)));
        }

        Html content =
            sets.Length == 0
                ? Html.Of($"<p>There is no set yet.</p>")
                : Html.Of(
                    $"""
                    <div class="wide" role="region" aria-label="Sets" tabindex="0">
                    <table>
                    <caption>{Amounts.Count(sets.Length, "set")}, newest first{(
                        last > 1 ? $"; page {number} of {last}" : null
                    )}</caption>
                    <thead><tr><th scope="col">Set</th><th scope="col">State</th><th scope="col">Phases</th>
                    <th scope="col" class="number">Files</th><th scope="col" class="number">Bytes</th>
                    <th scope="col" class="number">Added</th><th scope="col">Verified</th><th scope="col">Drill</th></tr></thead>
                    <tbody>{rows}</tbody>
                    </table>
                    </div>
                    {Others(number, last)}
                    """
                );
        return Layout.Page(call, "Sets", PagePaths.Sets, content);
    }

    private static Html Row(SetDocument set, PhaseDocument[] phases)
    {
        (string style, string words) = Judgement.Of(set);
        (string verifyStyle, string verified) = Judgement.Of(set.LastVerification);
        (string drillStyle, string drilled) = Judgement.Of(set.LastDrill);
        return Html.Of(
            $"""
            <tr><th scope="row"><a href="{PagePaths.Set(set.Id)}">{Show.Text(set.Started)}</a>{(
                set.Imported ? Html.Of($" imported") : Html.Empty
            )}</th>
            <td class="{style}">{words}</td>
            <td>{PhaseLine.Render(phases, set.Started, set.Sealed)}</td>
            <td class="number">{Amounts.Count(set.Files)}</td><td class="number">{Amounts.Bytes(
                set.Bytes
            )}</td><td class="number">{Amounts.Bytes(set.AddedBytes)}</td>
            <td class="{verifyStyle}">{verified}</td><td class="{drillStyle}">{drilled}</td></tr>
            """
        );
    }

    private static Html Others(int number, int last)
    {
        Html newer =
            number > 1 ? Html.Of($"<a rel=\"prev\" href=\"{PagePaths.Sets}?page={number - 1}\">Newer</a>") : Html.Empty;
        Html older =
            number < last
                ? Html.Of($"<a rel=\"next\" href=\"{PagePaths.Sets}?page={number + 1}\">Older</a>")
                : Html.Empty;
        return last == 1 ? Html.Empty : Html.Of($"<nav aria-label=\"More sets\" class=\"row\">{newer}{older}</nav>");
    }
}
