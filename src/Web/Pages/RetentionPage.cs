using System.Globalization;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>What rules would keep of the sets that are there, as <c>abf forget --dry-run</c> says it. Forgets nothing.</summary>
internal static class RetentionPage
{
    private const int Most = 100_000;
    private const int MostDays = 36_500;
    private const string KeepWithin = "keepWithin";

    private static readonly (string Name, string Label)[] Rules =
    [
        ("keepLast", "newest sets"),
        (KeepWithin, "days, counted from the newest"),
        ("keepDaily", "days"),
        ("keepWeekly", "weeks"),
        ("keepMonthly", "months"),
        ("keepYearly", "years"),
    ];

    public static async Task<PageAnswer> ShowAsync(PageCall call)
    {
        bool isAsked = Rules.Any(rule => call.Http.Request.Query.ContainsKey(rule.Name));
        KeepRules rules = isAsked ? AskedRules(call) : KeepRules.Of(call.Host.Environment.Options.Retention);
        string says =
            isAsked ? "With these rules"
            : rules.IsEmpty ? "No rule is set: every set is kept."
            : "With the rules of the configuration";
        Html outcome = rules.IsEmpty
            ? Html.Of($"<p class=\"note\">{(isAsked ? "Give a rule: without one, every set is kept." : says)}</p>")
            : await PreviewAsync(call, rules, says);
        IEnumerable<Html> fields = Rules.Select(rule =>
            Html.Of(
                $"""
                <div><label for="{rule.Name}">{rule.Name} <span class="hint">{rule.Label}</span></label>
                <input id="{rule.Name}" name="{rule.Name}" type="number" min="0" {(
                    rule.Name == KeepWithin
                        ? Html.Of($"max=\"{MostDays}\" step=\"any\" inputmode=\"decimal\"")
                        : Html.Of($"max=\"{Most}\" inputmode=\"numeric\"")
                )} value="{ValueOf(rules, rule.Name)}"></div>
                """
            )
        );
        Html content = Html.Of(
            $"""
            <p>Which of the sets that are there now would rules keep? Nothing is forgotten here.</p>
            <form method="get" action="{PagePaths.Retention}" class="row rules">{fields}<button>Show</button></form>
            {outcome}
            """
        );
        return Layout.Page(call, "Retention", PagePaths.Retention, content);
    }

    private static KeepRules AskedRules(PageCall call)
    {
        return new KeepRules(
            Count("keepLast"),
            DaysOf(call.Query(KeepWithin)),
            Count("keepDaily"),
            Count("keepWeekly"),
            Count("keepMonthly"),
            Count("keepYearly")
        );

        int? Count(string name) => CountOf(call.Query(name));
    }

    private static TimeSpan? DaysOf(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal days)
            ? TimeSpan.FromDays((double)Math.Min(days, MostDays))
            : null;

    private static int? CountOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? Math.Min(count, Most)
            : null;

    private static string? ValueOf(KeepRules rules, string name) =>
        name == KeepWithin
            ? rules.Within?.TotalDays.ToString("0.######", CultureInfo.InvariantCulture)
            : (
                name switch
                {
                    "keepLast" => rules.Last,
                    "keepDaily" => rules.Daily,
                    "keepWeekly" => rules.Weekly,
                    "keepMonthly" => rules.Monthly,
                    _ => rules.Yearly,
                }
            )?.ToString(CultureInfo.InvariantCulture);

    private static async Task<Html> PreviewAsync(PageCall call, KeepRules rules, string says)
    {
        // Through the API, which logs a fault and takes paths out of what it says.
        var route = new ApiRoute("GET", "page/retention", JudgeAsync, []);
        ApiReply<ForgetDocument> reply = await call.Api.AskAsync<ForgetDocument>(route, call.Aborted);
        return reply.Problem is { } problem ? MessagePage.Note(problem) : Table(reply.Document!, says);

        async Task<IResult> JudgeAsync(ApiCall api, CancellationToken cancellationToken)
        {
            ForgetResult result = await new Forgetting(call.Host.Environment).PreviewAsync(
                new ForgetRequest(rules, []),
                cancellationToken
            );
            return TypedResults.Ok(
                new ForgetDocument(
                    [
                        .. result
                            .Verdicts.Where(verdict => verdict.IsKept)
                            .Select(verdict => new KeptSetDocument(verdict.Set.Id.ToString(), [.. verdict.Reasons])),
                    ],
                    [.. result.Forgotten.Select(set => new ForgottenSetDocument(set.ToString()))]
                )
            );
        }
    }

    /// <summary>Newest first: the id of a set begins with its time.</summary>
    private static Html Table(ForgetDocument document, string says)
    {
        IEnumerable<Html> rows = document
            .Kept.Select(set => (set.Id, Reasons: string.Join(", ", set.Reasons)))
            .Concat(document.Forgotten.Select(set => (set.Id, Reasons: string.Empty)))
            .OrderByDescending(set => set.Id, StringComparer.Ordinal)
            .Select(set =>
                Html.Of(
                    $"""
                    <tr><th scope="row"><a href="{PagePaths.Set(set.Id)}">{set.Id}</a></th>
                    <td class="{(set.Reasons.Length > 0 ? "good" : "warn")}">{(
                        set.Reasons.Length > 0 ? "kept" : "forgotten"
                    )}</td><td>{set.Reasons}</td></tr>
                    """
                )
            );
        return Html.Of(
            $"""
            <p class="note">{says}: {Amounts.Count(document.Kept.Length, "set")} kept, {Amounts.Count(
                document.Forgotten.Length
            )} forgotten.</p>
            <div class="wide" role="region" aria-label="Sets" tabindex="0"><table><caption class="unseen">What the rules say of each set</caption>
            <thead><tr><th scope="col">Set</th><th scope="col">Would be</th><th scope="col">Because</th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """
        );
    }
}
