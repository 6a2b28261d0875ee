using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>What could not be shown or done, and why.</summary>
internal static class MessagePage
{
    public static PageAnswer Of(PageCall call, Problem problem) =>
        Layout.Page(call, problem.Title, string.Empty, Note(problem), status: problem.Status);

    public static PageAnswer NotFound(PageCall call) =>
        Layout.Page(
            call,
            "Not found",
            string.Empty,
            Html.Of($"<p>There is nothing at this address.</p>"),
            status: StatusCodes.Status404NotFound
        );

    /// <summary>For anybody.</summary>
    public static PageAnswer Of(int status, string text) =>
        PageAnswer.Of(Layout.Bare("Not done", Html.Of($"<p>{text}</p><p>{Back}</p>")), status);

    public static PageAnswer NoForm() =>
        Of(
            StatusCodes.Status400BadRequest,
            "This form was out of date, or of another sign-in. Open the page again and send it from there."
        );

    public static PageAnswer Failed() =>
        Of(StatusCodes.Status500InternalServerError, "This could not be shown. The host's log has the details.");

    /// <summary>In the place of what a page would show.</summary>
    public static Html Note(Problem problem) => Html.Of($"<p class=\"note bad\">{problem.Detail}</p>");

    private static Html Back => Html.Of($"<a href=\"{PagePaths.Root}\">To the overview</a>");
}
