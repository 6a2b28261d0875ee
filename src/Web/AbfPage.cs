using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;
using AlfrescoBackupFlows.Web.Pages;
using AlfrescoBackupFlows.Web.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Web;

/// <summary>
/// The page of both hosts. Nobody learns anything without the key but that there is a sign-in. One per configuration;
/// thread-safe.
/// </summary>
public sealed class AbfPage
{
    private readonly PageHost _host;
    private readonly BackupApi _api;
    private readonly ILogger _logger;
    private readonly SignInDesk _desk;
    private readonly PageRoutes _routes;

    /// <param name="known">Of the process, whatever its configuration.</param>
    public AbfPage(PageHost host, SignIns known, BackupApi api)
    {
        (_host, _api) = (host, api);
        _logger = host.Environment.Loggers.CreateLogger<AbfPage>();
        _desk = new SignInDesk(host, known, _logger);
        _routes = new PageRoutes(_logger);
    }

    /// <summary>Answers a request beneath <see cref="PagePaths.Root"/>.</summary>
    /// <param name="path">What follows that in the address.</param>
    /// <param name="flows">The engine, which a host may know only per request.</param>
    public async Task<IResult> HandleAsync(HttpContext http, string? path, IFlowInstances flows)
    {
        try
        {
            return await AnswerAsync(http, (path ?? string.Empty).Trim('/'), flows);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
#pragma warning disable CA1031 // The outermost frame: the browser gets that something failed, the log gets what.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Logs.Failed(_logger, e);
            return MessagePage.Failed();
        }
    }

    private async Task<IResult> AnswerAsync(HttpContext http, string path, IFlowInstances flows)
    {
        string method = http.Request.Method;
        bool isRead = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        if (isRead && PageFiles.Find(path) is { } file)
        {
            return file;
        }

        if (!isRead && !HttpMethods.IsPost(method))
        {
            http.Response.Headers.Allow = "GET, HEAD, POST";
            return MessagePage.Of(StatusCodes.Status405MethodNotAllowed, "This address takes other methods.");
        }

        if ((!isRead || PageRoutes.IsContent(path)) && IsFromElsewhere(http.Request))
        {
            return MessagePage.Of(StatusCodes.Status403Forbidden, "This was asked for by another site.");
        }

        Session? session = _desk.Find(http, staysOpen: !IsBySelf(http.Request, path));
        if (path == "sign-in")
        {
            return isRead ? _desk.Show(http)
                : await FormFields.ReadAsync(http.Request) is { } signIn ? _desk.SignIn(http, signIn)
                : MessagePage.NoForm();
        }

        return session is null
            ? PageAnswer.SeeOther(PagePaths.SignIn)
            : await AnswerAsync(http, isRead, path, session, new ApiClient(_api, flows, http));
    }

    private async Task<IResult> AnswerAsync(HttpContext http, bool isRead, string path, Session session, ApiClient api)
    {
        string token = _desk.FormTokenOf(session);
        if (isRead)
        {
            return await _routes.ShowAsync(new PageCall(http, _host, api, session, token, FormCollection.Empty), path);
        }

        if (await FormFields.ReadAsync(http.Request) is not { } form || !_desk.IsFormOf(session, form))
        {
            return MessagePage.NoForm();
        }

        return path == "sign-out"
            ? _desk.SignOut(http, session)
            : await _routes.DoAsync(new PageCall(http, _host, api, session, token, form), path);
    }

    /// <summary>Browsers say where a request comes from. Those that do not are held off by cookie and token.</summary>
    private static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");

    /// <summary>The browser asks again by itself: that is nobody who is there.</summary>
    private static bool IsBySelf(HttpRequest request, string path) =>
        path == "running" || request.Query.ContainsKey("again");
}
