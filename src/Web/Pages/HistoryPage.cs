using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Charts;
using AlfrescoBackupFlows.Web.Markup;
using Microsoft.AspNetCore.Http;

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
        Html schedule = await ScheduleAsync(call);
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
            <section aria-labelledby="schedule"><h2 id="schedule">What happens by itself</h2>{schedule}</section>
            <section aria-labelledby="checks"><h2 id="checks">Verifications and drills</h2>{Checks(
                sets.Document!
            )}</section>
            <section aria-labelledby="runs"><h2 id="runs">Runs of this host</h2>{Runs(runs.Document!)}</section>
            """
        );
        return Layout.Page(call, "History", PagePaths.History, content);
    }

    /// <summary>As <c>abf schedule</c> says it.</summary>
    private static async Task<Html> ScheduleAsync(PageCall call)
    {
        // Through the API, which logs a fault and takes paths out of what it says.
        var route = new ApiRoute("GET", "page/schedule", ReadAsync, []);
        ApiReply<ScheduleDocument[]> reply = await call.Api.AskAsync<ScheduleDocument[]>(route, call.Aborted);
        if (reply.Problem is { } problem)
        {
            return MessagePage.Note(problem);
        }

        IEnumerable<Html> rows = reply.Document!.Select(work =>
            Html.Of(
                $"""
                <tr><th scope="row">{work.Name}</th><td>{work.When}</td><td>{(
                    work.Last is { } last ? Show.Time(last) : Html.Of($"-")
                )}</td><td>{(
                    work.Next is not { } next ? Html.Of($"-")
                    : next <= call.Now.UtcDateTime ? Html.Of($"due now")
                    : Show.Time(next)
                )}</td><td>{work.Note}</td></tr>
                """
            )
        );
        return reply.Document!.Length == 0
            ? Html.Of($"<p>Nothing: a timer of the system that calls <code>abf backup</code> is not seen here.</p>")
            : Html.Of(
                $"""
                <div class="wide" role="region" aria-label="Schedule" tabindex="0"><table>
                <caption class="unseen">What happens by itself, and when</caption>
                <thead><tr><th scope="col">What</th><th scope="col">When</th><th scope="col">Last</th>
                <th scope="col">Next</th><th scope="col">Note</th></tr></thead>
                <tbody>{rows}</tbody></table></div>
                """
            );

        async Task<IResult> ReadAsync(ApiCall api, CancellationToken cancellationToken) =>
            TypedResults.Ok(
                (await new ScheduleList(call.Host.Environment).ReadAsync(cancellationToken))
                    .Select(ScheduleDocument.Of)
                    .Select(work => work with { Note = work.Note is { } note ? api.Text.Clean(note) : null })
                    .ToArray()
            );
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
