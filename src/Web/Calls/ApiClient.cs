using System.Text;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Documents;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Web.Calls;

/// <summary>An answer of the API: a document, or what it says is wrong.</summary>
internal readonly record struct ApiReply<T>(T? Document, Problem? Problem)
    where T : class;

/// <summary>
/// The page as a client of the HTTP API, without a socket in between: it sees what any client sees, where no path and no
/// secret is.
/// </summary>
/// <param name="caller">The browser's request, which the log of the API names.</param>
internal sealed class ApiClient(BackupApi api, IFlowInstances flows, HttpContext caller)
{
    public IFlowInstances Flows => flows;

    public async Task<ApiReply<T>> AskAsync<T>(
        ApiRoute route,
        CancellationToken aborted,
        string? id = null,
        string? body = null,
        params (string Name, string Value)[] query
    )
        where T : class
    {
        var http = new DefaultHttpContext { RequestAborted = aborted };
        http.Connection.RemoteIpAddress = caller.Connection.RemoteIpAddress;
        http.Request.Method = route.Method;
        http.Request.RouteValues["id"] = id;
        http.Request.QueryString = QueryString.Create(query.Select(q => KeyValuePair.Create(q.Name, (string?)q.Value)));
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body ?? string.Empty), writable: false);
        IResult result = await api.HandleAsync(route, http, flows);
        aborted.ThrowIfCancellationRequested();
        return (result as IValueHttpResult)?.Value switch
        {
            T document => new ApiReply<T>(document, null),
            Problem problem => new ApiReply<T>(null, problem),
            _ => throw new InvalidOperationException($"{route.Method} {route.Path} answers no {typeof(T).Name}."),
        };
    }

    /// <summary>An answer that goes to the browser as it is, of a route that reads the browser's own parameters.</summary>
    /// <returns>The answer, or what the API says is wrong.</returns>
    public async Task<(IResult Answer, Problem? Problem)> PassAsync(ApiRoute route, string id)
    {
        caller.Request.RouteValues["id"] = id;
        IResult result = await api.HandleAsync(route, caller, flows);
        return (result, (result as IValueHttpResult)?.Value as Problem);
    }
}
