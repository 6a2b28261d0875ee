using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>What runs now: phase, bar, rate, time left, cancel. A part of the overview, which its script asks for again.</summary>
/// <param name="IsAny">Something runs.</param>
internal sealed record RunningPart(Html Html, bool IsAny)
{
    /// <param name="Place">Beneath which it is cancelled.</param>
    private sealed record Work(string Name, string Place, string Id, DateTime Started, ProgressDocument? Progress);

    public static async Task<RunningPart> ReadAsync(PageCall call)
    {
        List<Work> work = [];
        ApiReply<BackupDocument[]> backups = await call.Api.AskAsync<BackupDocument[]>(
            ApiRoutes.ListBackups,
            call.Aborted
        );
        if (backups.Problem is { } problem)
        {
            return new RunningPart(MessagePage.Note(problem), IsAny: false);
        }

        work.AddRange(
            backups
                .Document!.Where(backup => backup.State == "running")
                .Select(b => new Work("Backup", "backups", b.Id, b.Started, b.Progress))
        );
        work.AddRange(
            await ReadAsync<VerificationDocument>(
                call,
                nameof(VerifyFlow),
                ApiRoutes.GetVerification,
                v => new Work($"Verification ({v.Depth})", "verifications", v.Id, v.Started, v.Progress)
            )
        );
        work.AddRange(
            await ReadAsync<RestoreDocument>(
                call,
                nameof(RestoreFlow),
                ApiRoutes.GetRestore,
                r => new Work($"Restore of {r.Set}", "restores", r.Id, r.Started, r.Progress)
            )
        );
        work.AddRange(
            await ReadAsync<DrillDocument>(
                call,
                nameof(DrillFlow),
                ApiRoutes.GetDrill,
                d => new Work($"Drill of {d.Set}", "drills", d.Id, d.Started, d.Progress)
            )
        );
        work.AddRange(
            await ReadAsync<PruneRunDocument>(
                call,
                nameof(PruneFlow),
                ApiRoutes.GetPrune,
                p => new Work(p.DryRun ? "Prune (only a look)" : "Prune", "prunes", p.Id, p.Started, p.Progress)
            )
        );
        work.AddRange(
            await ReadAsync<MirrorRunDocument>(
                call,
                nameof(MirrorTargetFlow),
                ApiRoutes.GetMirror,
                m => new Work($"Mirror to target {m.Target}", "mirrors", m.Id, m.Started, m.Progress)
            )
        );

        string ids = string.Join(' ', work.Select(w => w.Id));
        string said = string.Join(", ", work.Select(w => $"{w.Name}: {w.Progress?.Phase ?? "begins"}"));
        Html inside = work.Count == 0 ? Html.Of($"<p>Nothing runs.</p>") : Html.Of($"{work.Select(w => Of(call, w))}");
        return new RunningPart(
            Html.Of($"<div class=\"work\" data-ids=\"{ids}\" data-said=\"{said}\">{inside}</div>"),
            work.Count > 0
        );
    }

    /// <summary>Those of a flow that run, as the API shows them; one that has gone meanwhile is left out.</summary>
    private static async Task<List<Work>> ReadAsync<TDocument>(
        PageCall call,
        string flow,
        ApiRoute route,
        Func<TDocument, Work> describe
    )
        where TDocument : class
    {
        List<Work> work = [];
        foreach (InstanceState instance in await call.Api.Flows.ListAsync(flow, call.Aborted))
        {
            if (
                instance.Phase is InstancePhase.Running
                && (await call.Api.AskAsync<TDocument>(route, call.Aborted, instance.Id)).Document is { } document
            )
            {
                work.Add(describe(document));
            }
        }

        return work;
    }

    private static Html Of(PageCall call, Work work) =>
        Html.Of(
            $"""
            <article>
            <h3>{work.Name}</h3>
            <p class="id">{work.Id}, began {Show.Time(work.Started)}</p>
            {(work.Progress is { } progress ? Of(call, work.Name, progress) : Html.Of($"<p>It begins.</p>"))}
            {Cancel(call, work)}
            </article>
            """
        );

    /// <summary>In two steps, because nothing brings back what was done.</summary>
    private static Html Cancel(PageCall call, Work work)
    {
        string what = work.Name.Split(' ')[0].ToLowerInvariant();
        return Html.Of(
            $"""
            <details><summary>Cancel this {what}</summary>{Layout.Form(
                call,
                $"{PagePaths.Root}/{work.Place}/{Uri.EscapeDataString(work.Id)}/cancel",
                Html.Of($"<button class=\"danger\">Yes, cancel it</button>")
            )}</details>
            """
        );
    }

    private static Html Of(PageCall call, string name, ProgressDocument p)
    {
        bool inBytes = p.BytesTotal > 0;
        int percent = inBytes ? Show.Percent(p.BytesDone, p.BytesTotal) : Show.Percent(p.FilesDone, p.FilesTotal);
        Html bar =
            inBytes || p.FilesTotal > 0
                ? Html.Of(
                    $"<progress max=\"100\" value=\"{percent}\" aria-label=\"{name}: {p.Phase}\">{percent} %</progress>"
                )
                : Html.Empty;
        string?[] counts =
        [
            inBytes || p.FilesTotal > 0 ? $"{percent} %" : null,
            p.FilesDone > 0 ? Amounts.Count(p.FilesDone, "file") : null,
            p.BytesDone > 0
                ? Amounts.Bytes(p.BytesDone) + (inBytes ? $" of {Amounts.Bytes(p.BytesTotal)}" : null)
                : null,
            p.BytesPerSecond > 0 ? $"{Amounts.Bytes(p.BytesPerSecond)}/s" : null,
            p.EstimatedEnd is { } end ? $"{Show.Duration(end - call.Now.UtcDateTime)} left" : null,
        ];
        return Html.Of(
            $"""
            <p><strong>{p.Phase}</strong> {p.Detail}</p>
            {bar}
            <p>{string.Join(", ", counts.OfType<string>())}</p>
            """
        );
    }
}
