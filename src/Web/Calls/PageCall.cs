using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Web.Sessions;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Web.Calls;

/// <summary>One request of somebody who is signed in, with what a page needs.</summary>
/// <param name="FormToken">What the forms of this session bring with them.</param>
/// <param name="Form">Of a POST, proved to come from a page of this session; empty otherwise.</param>
internal sealed record PageCall(
    HttpContext Http,
    PageHost Host,
    ApiClient Api,
    Session Session,
    string FormToken,
    IFormCollection Form
)
{
    public DateTimeOffset Now => Host.Environment.Time.GetUtcNow();

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Of the address; empty where it is not there.</summary>
    public string Query(string name) => Http.Request.Query[name].ToString();
}
