using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Web.Sessions;

/// <summary>
/// A cookie that scripts cannot read and other sites cannot send. Over TLS it has the prefix that browsers keep for
/// cookies of this host alone.
/// </summary>
/// <param name="name">Without the prefix.</param>
/// <param name="alwaysTls">The host is reached over TLS alone, whatever the request that arrives here says.</param>
internal sealed class SessionCookie(string name, bool alwaysTls)
{
    public string? Read(HttpRequest request) => request.Cookies[NameFor(request)];

    public void Write(HttpContext context, string value) =>
        context.Response.Cookies.Append(NameFor(context.Request), value, Options(context.Request));

    public void Delete(HttpContext context) =>
        context.Response.Cookies.Delete(NameFor(context.Request), Options(context.Request));

    private string NameFor(HttpRequest request) => IsTls(request) ? $"__Host-{name}" : name;

    private CookieOptions Options(HttpRequest request) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = IsTls(request),
            Path = "/",
            IsEssential = true,
        };

    /// <summary>A proxy that has the TLS says so, the one at the browser's side first; who lies only keeps the own browser
    /// from sending the cookie.</summary>
    private bool IsTls(HttpRequest request) =>
        alwaysTls
        || request.IsHttps
        || request
            .Headers["X-Forwarded-Proto"]
            .ToString()
            .Split(',')[0]
            .Trim()
            .Equals("https", StringComparison.OrdinalIgnoreCase);
}
