using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>The form that takes the key. It tells nothing of what runs here.</summary>
internal static class SignInPage
{
    public static Html Render(string formToken, string? fault) =>
        Layout.Bare(
            "Sign in",
            Html.Of(
                $"""
                {(fault is null ? Html.Empty : Html.Of($"<p class=\"note bad\" role=\"alert\" id=\"fault\">{fault}</p>"))}
                <form method="post" action="{PagePaths.SignIn}" class="sign-in">
                <input type="hidden" name="{FormFields.Token}" value="{formToken}">
                <label for="key">Key of the API</label>
                <input id="key" name="{FormFields.Key}" type="password" required autofocus autocomplete="current-password"{(
                    fault is null ? Html.Empty : Html.Of($" aria-describedby=\"fault\" aria-invalid=\"true\"")
                )}>
                <button>Sign in</button>
                </form>
                """
            )
        );
}
