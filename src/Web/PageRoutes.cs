using System.Text.Json;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Web;

/// <summary>Which page an address has, and what a form does.</summary>
internal sealed class PageRoutes(ILogger logger)
{
    private readonly PhaseMemory _phases = new();

    /// <summary>What no other site may have a browser ask for, although it changes nothing.</summary>
    public static bool IsContent(string path) => path.Split('/') is ["sets", _, PagePaths.ContentName];

    public async Task<IResult> ShowAsync(PageCall call, string path) =>
        path.Split('/') switch
        {
            [""] => await OverviewPage.ShowAsync(call),
            ["find"] => await FindPage.ShowAsync(call),
            ["running"] => PageAnswer.Of((await RunningPart.ReadAsync(call)).Html),
            ["sets"] => await SetsPage.ShowAsync(call, _phases),
            ["sets", var id] => await SetPage.ShowAsync(call, id),
            ["sets", var id, "report"] => await ReportPage.ShowAsync(call, id),
            ["sets", var id, "versions"] => await VersionsPage.ShowAsync(call, id),
            ["sets", var id, PagePaths.ContentName] => await GiveAsync(call, id),
            ["history"] => await HistoryPage.ShowAsync(call),
            ["retention"] => await RetentionPage.ShowAsync(call),
            _ => MessagePage.NotFound(call),
        };

    public Task<PageAnswer> DoAsync(PageCall call, string path) =>
        path.Split('/') switch
        {
            ["backups"] => DoAsync<BackupDocument>(call, ApiRoutes.StartBackup, "start of a backup"),
            ["backups", var id, "cancel"] => DoAsync<BackupDocument>(
                call,
                ApiRoutes.CancelBackup,
                "cancel of a backup",
                id
            ),
            ["sets", var id, "verify"] => DoAsync<VerificationDocument>(
                call,
                ApiRoutes.StartVerification,
                "start of a verification",
                id,
                JsonSerializer.Serialize(
                    new VerifyRequest { Depth = call.Form[FormFields.Depth].ToString() },
                    ApiJson.Relaxed.VerifyRequest
                )
            ),
            ["verifications", var id, "cancel"] => DoAsync<VerificationDocument>(
                call,
                ApiRoutes.CancelVerification,
                "cancel of a verification",
                id
            ),
            ["restores", var id, "cancel"] => DoAsync<RestoreDocument>(
                call,
                ApiRoutes.CancelRestore,
                "cancel of a restore",
                id
            ),
            ["drills"] => DoAsync<DrillDocument>(call, ApiRoutes.StartDrill, "start of a drill"),
            ["drills", var id, "cancel"] => DoAsync<DrillDocument>(
                call,
                ApiRoutes.CancelDrill,
                "cancel of a drill",
                id
            ),
            ["prunes", var id, "cancel"] => DoAsync<PruneRunDocument>(
                call,
                ApiRoutes.CancelPrune,
                "cancel of a prune",
                id
            ),
            ["mirrors", var id, "cancel"] => DoAsync<MirrorRunDocument>(
                call,
                ApiRoutes.CancelMirror,
                "cancel of a mirror",
                id
            ),
            _ => Task.FromResult(MessagePage.NotFound(call)),
        };

    private static async Task<IResult> GiveAsync(PageCall call, string id)
    {
        (IResult answer, Problem? problem) = await call.Api.PassAsync(ApiRoutes.GetContent, id);
        return problem is null ? answer : MessagePage.Of(call, problem);
    }

    /// <summary>Then back to the overview, where it shows.</summary>
    private async Task<PageAnswer> DoAsync<T>(
        PageCall call,
        ApiRoute route,
        string action,
        string? id = null,
        string? body = null
    )
        where T : class
    {
        Logs.Asked(logger, action, call.Http.Connection.RemoteIpAddress);
        ApiReply<T> reply = await call.Api.AskAsync<T>(route, call.Aborted, id, body);
        return reply.Problem is { } problem ? MessagePage.Of(call, problem) : PageAnswer.SeeOther(PagePaths.Root);
    }
}
