using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Charts;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>Growth and duration, the runs that this host remembers, and how sets were checked.</summary>
internal static class HistoryPage
{
    private const int Charted = 60;

    public static async Task<PageAnswer> ShowAsync(PageCall call)
    {
        ApiReply<SetDocument[]> sets = await call.Api.AskAsync<SetDocument[]>(ApiRoutes.ListSets, call.Aborted);
        ApiReply<BackupDocument[]> runs = await call.Api.AskAsync<BackupDocument[]>(
            ApiRoutes.ListBackups,
            call.Aborted
        );
        if ((sets.Problem ?? runs.Problem) is { } problem)
        {
            return MessagePage.Of(call, problem);
        }

        SetDocument[] oldestFirst = [.. sets.Document!.Where(set => !set.Imported).Take(Charted).Reverse()];
        Html content = Html.Of(
            $"""
            <section aria-labelledby="growth"><h2 id="growth">Growth</h2>
            {BarChart.Render(
                "Bytes of each set",
                oldestFirst.Select(s => new Bar(s.Started, s.Bytes, Amounts.Bytes(s.Bytes)))
            )}
            {BarChart.Render(
                "Bytes that each backup added",
                oldestFirst.Select(s => new Bar(s.Started, s.AddedBytes, Amounts.Bytes(s.AddedBytes)))
            )}
            </section>
            <section aria-labelledby="duration"><h2 id="duration">Duration</h2>
            {BarChart.Render(
                "Time that each backup took",
                oldestFirst.Select(s => new Bar(
                    s.Started,
                    Math.Max(0, (s.Sealed - s.Started).TotalSeconds),
                    Show.Duration(s.Sealed - s.Started)
                ))
            )}
            </section>
            <section aria-labelledby="checks"><h2 id="checks">Verifications and drills</h2>{Checks(
                sets.Document!
            )}</section>
            <section aria-labelledby="runs"><h2 id="runs">Runs of this host</h2>{Runs(runs.Document!)}</section>
            """
        );
        return Layout.Page(call, "History", PagePaths.History, content);
    }

    private static Html Checks(SetDocument[] sets)
    {
        Html[] rows =
        [
            .. sets.SelectMany(set =>
                    new (string Kind, SetCheckDocument? Check)[]
                    {
                        ("verification", set.LastVerification),
                        ("drill", set.LastDrill),
                    }
                        .Where(found => found.Check is not null)
                        .Select(found => (set.Id, found.Kind, Check: found.Check!))
                )
                .OrderByDescending(found => found.Check.Ended)
                .Take(Charted)
                .Select(found => Row(found.Id, found.Kind, found.Check)),
        ];
        return rows.Length == 0
            ? Html.Of($"<p>None is recorded.</p>")
            : Html.Of(
                $"""
                <div class="wide" role="region" aria-label="Verifications and drills" tabindex="0"><table>
                <caption>The last verification and drill of each set, newest first</caption>
                <thead><tr><th scope="col">Ended</th><th scope="col">What</th><th scope="col">Set</th>
                <th scope="col">Outcome</th><th scope="col" class="number">Took</th></tr></thead>
                <tbody>{rows}</tbody></table></div>
                """
            );
    }

    private static Html Row(string set, string kind, SetCheckDocument check)
    {
        (string style, string words) = Judgement.Of(check);
        return Html.Of(
            $"""
            <tr><th scope="row">{Show.Time(check.Ended)}</th><td>{kind} {check.Depth}</td><td><a href="{PagePaths.Set(
                set
            )}">{set}</a></td>
            <td class="{style}">{words}</td><td class="number">{Show.Duration(
                TimeSpan.FromSeconds(check.Seconds)
            )}</td></tr>
            """
        );
    }

    private static Html Runs(BackupDocument[] runs)
    {
        IEnumerable<Html> rows = runs.Select(run =>
            Html.Of(
                $"""
                <tr><th scope="row">{Show.Time(run.Started)}</th><td class="{(
                    run.State is "failed" ? "bad" : "plain"
                )}">{run.State}</td><td>{run.Failure?.Message}</td></tr>
                """
            )
        );
        return runs.Length == 0
            ? Html.Of($"<p>This host remembers none.</p>")
            : Html.Of(
                $"""
                <div class="wide" role="region" aria-label="Runs" tabindex="0"><table><caption>Newest first</caption>
                <thead><tr><th scope="col">Began</th><th scope="col">State</th><th scope="col">Why</th></tr></thead>
                <tbody>{rows}</tbody></table></div>
                """
            );
    }
}
