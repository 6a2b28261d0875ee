using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>The state at a glance, what runs, and what can be started.</summary>
internal static class OverviewPage
{
    public static async Task<PageAnswer> ShowAsync(PageCall call)
    {
        RunningPart running = await RunningPart.ReadAsync(call);
        ApiReply<SetDocument[]> sets = await call.Api.AskAsync<SetDocument[]>(ApiRoutes.ListSets, call.Aborted);
        ApiReply<HealthDocument> health = await call.Api.AskAsync<HealthDocument>(ApiRoutes.Health, call.Aborted);
        Html state =
            sets.Problem is { } problem ? MessagePage.Note(problem)
            : sets.Document!.FirstOrDefault(set => !set.Imported) is { } newest ? await StateAsync(call, newest)
            : Html.Of($"<p class=\"note warn\">There is no set yet.</p>");
        Html content = Html.Of(
            $"""
            <section aria-labelledby="state"><h2 id="state">State</h2>
            {state}
            <dl class="facts">{Facts(call, health.Document)}</dl>
            </section>
            <section aria-labelledby="now"><h2 id="now">Running now</h2>
            <div id="running" data-live="{PagePaths.Running}">{running.Html}</div>
            <p id="said" class="unseen" role="status"></p>
            </section>
            <section aria-labelledby="start"><h2 id="start">Start</h2>
            <div class="row">
            {Layout.Form(call, PagePaths.Backups, Html.Of($"<button>Start a backup</button>"))}
            {(sets.Document is { Length: > 0 } ? VerifyForm(call, "latest") : Html.Empty)}
            {(sets.Document is { Length: > 0 } && HasDrills(call) ? DrillForm(call) : Html.Empty)}
            </div>
            </section>
            """
        );
        return Layout.Page(call, "Overview", PagePaths.Root, content, renews: running.IsAny);
    }

    public static Html VerifyForm(PageCall call, string set) =>
        Layout.Form(
            call,
            $"{PagePaths.Set(set)}/verify",
            Html.Of(
                $"""
                <label for="depth">Verify {(set == "latest" ? "the newest set" : "this set")}</label>
                <select id="depth" name="{FormFields.Depth}">
                <option value="structure">structure: all that is stored about it</option>
                <option value="sample">sample: also a part of its bytes</option>
                <option value="data">data: every byte</option>
                <option value="live">live: also against the content stores</option>
                </select>
                <button>Verify</button>
                """
            )
        );

    /// <summary>The API starts none elsewhere.</summary>
    private static bool HasDrills(PageCall call) =>
        call.Host.Environment.Options.Drill is not { Server: null, Database: null };

    private static Html DrillForm(PageCall call) =>
        Layout.Form(call, PagePaths.Drills, Html.Of($"<button>Start a drill of the newest consistent set</button>"));

    private static async Task<Html> StateAsync(PageCall call, SetDocument newest)
    {
        ApiReply<SetDetailDocument> detail = await call.Api.AskAsync<SetDetailDocument>(
            ApiRoutes.GetSet,
            call.Aborted,
            newest.Id
        );
        (string style, string words) = Judgement.Of(newest);
        (string orderStyle, string order) = detail.Document is not { } set
            ? ("warn", "cannot be read")
            : Judgement.IsInOrder(set.Phases) switch
            {
                true => ("good", "index, database, files: in order"),
                false => ("bad", "not in order"),
                null => ("warn", "the set has only one part"),
            };
        (string verifyStyle, string verified) = Judgement.Of(newest.LastVerification);
        (string drillStyle, string drilled) = Judgement.Of(newest.LastDrill);
        return Html.Of(
            $"""
            <ul class="tiles">
            <li class="{style}"><span>Newest set</span><a href="{PagePaths.Set(newest.Id)}">{words}</a></li>
            <li><span>Its age</span>{Show.Duration(call.Now.UtcDateTime - newest.Started)}</li>
            <li class="{orderStyle}"><span>Its order</span>{order}</li>
            <li class="{verifyStyle}"><span>Verified</span>{verified}</li>
            <li class="{drillStyle}"><span>Drill</span>{drilled}</li>
            </ul>
            {FindingsPart.Unprotected(detail.Document?.Unprotected)}
            """
        );
    }

    private static IEnumerable<Html> Facts(PageCall call, HealthDocument? health)
    {
        yield return Fact(
            "Next backup",
            call.Host.NextBackup(call.Now) is { } next
                ? Html.Of($"{Show.Time(next.UtcDateTime)}, in {Show.Duration(next - call.Now)}")
                : Html.Of($"no schedule is known here")
        );
        if (health?.LastRun is { } run)
        {
            Html failure = run.Failure is { } kind ? Html.Of($" ({kind})") : Html.Empty;
            yield return Fact("Last run", Html.Of($"{run.State}{failure}, {Show.Time(run.Ended)}"));
        }

        if (health is not null)
        {
            yield return Fact("Version", Html.Of($"{health.Version}"));
        }
    }

    private static Html Fact(string name, Html value) => Html.Of($"<div><dt>{name}</dt><dd>{value}</dd></div>");
}
