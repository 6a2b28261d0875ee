using System.Net;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Pages;
using AlfrescoBackupFlows.Web.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Web;

/// <summary>Takes the key for a session, and knows the session of a request.</summary>
internal sealed class SignInDesk(PageHost host, SignIns known, ILogger logger)
{
    private readonly PageKey _key = new(host.Key);
    private readonly SessionCookie _sessions = new("abf-session", host.AlwaysTls);

    /// <summary>
    /// Until there is a session, the form of the sign-in belongs to the browser that has this, and brings the same value.
    /// Nothing in it comes from the key: what anybody gets is nothing to try keys with.
    /// </summary>
    private readonly SessionCookie _forms = new("abf-form", host.AlwaysTls);

    private DateTimeOffset Now => host.Environment.Time.GetUtcNow();

    /// <summary>Null: nobody is signed in.</summary>
    /// <param name="staysOpen">The request tells that somebody is there; a page that renews itself does not.</param>
    public Session? Find(HttpContext http, bool staysOpen)
    {
        if (
            _sessions.Read(http.Request) is not { } cookie
            || _key.Open(cookie) is not { } session
            || !session.IsOpen(Now)
            || known.Ended.Has(session)
        )
        {
            return null;
        }

        if (staysOpen && Now > session.Seen)
        {
            _sessions.Write(http, _key.Seal(session with { Seen = Now }));
        }

        return session;
    }

    public string FormTokenOf(Session session) => _key.FormToken(session.Id);

    public bool IsFormOf(Session session, IFormCollection form) =>
        _key.IsFormToken(session.Id, form[FormFields.Token].ToString());

    public PageAnswer Show(HttpContext http, string? fault = null, int status = StatusCodes.Status200OK)
    {
        string browser = PageKey.NewId();
        _forms.Write(http, browser);
        return PageAnswer.Of(SignInPage.Render(browser, fault), status);
    }

    public PageAnswer SignIn(HttpContext http, IFormCollection form)
    {
        IPAddress? client = http.Connection.RemoteIpAddress;
        if (!known.Limit.TryEnter(client))
        {
            if (known.Limit.MayTell())
            {
                Logs.Refused(logger, client, "too many tries; of more in the next minute no line is written");
            }

            http.Response.Headers.RetryAfter = "60";
            return Show(http, "Too many tries. Wait a minute, then try again.", StatusCodes.Status429TooManyRequests);
        }

        if (
            _forms.Read(http.Request) is not { Length: > 0 } browser
            || !PageKey.IsSame(browser, form[FormFields.Token].ToString())
        )
        {
            Logs.Refused(logger, client, "the form is not of this browser");
            return Show(http, "This form was out of date. Try again.", StatusCodes.Status400BadRequest);
        }

        if (!_key.Is(form[FormFields.Key].ToString()))
        {
            Logs.Refused(logger, client, "wrong key");
            return Show(http, "This is not the key.", StatusCodes.Status401Unauthorized);
        }

        Logs.SignedIn(logger, client);
        _forms.Delete(http);
        _sessions.Write(http, _key.Seal(new Session(PageKey.NewId(), Now, Now)));
        return PageAnswer.SeeOther(PagePaths.Root);
    }

    public PageAnswer SignOut(HttpContext http, Session session)
    {
        known.Ended.Add(session);
        _sessions.Delete(http);
        return PageAnswer.SeeOther(PagePaths.SignIn);
    }
}
