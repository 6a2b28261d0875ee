using System.Text;
using AlfrescoBackupFlows.Web.Markup;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Web.Calls;

/// <summary>An answer of the page. Every one of them has the same headers, which let a browser do nothing that is not needed.</summary>
internal sealed class PageAnswer(int status, string contentType, ReadOnlyMemory<byte> body, string? location = null)
    : IResult
{
    /// <summary>No script, style, picture or address but those of this host, none of them within a page, and no frame around it.</summary>
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public int Status => status;

    public static PageAnswer Of(Html page, int status = StatusCodes.Status200OK) =>
        new(status, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(page.ToString()));

    /// <summary>What the browser asks for next, with GET.</summary>
    public static PageAnswer SeeOther(string location) =>
        new(StatusCodes.Status303SeeOther, "text/plain; charset=utf-8", default, location);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        IHeaderDictionary headers = response.Headers;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (location is not null)
        {
            headers.Location = location;
        }

        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
