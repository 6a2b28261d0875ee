using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>What all pages have around them.</summary>
internal static class Layout
{
    private static readonly (string Path, string Name)[] Places =
    [
        (PagePaths.Root, "Overview"),
        (PagePaths.Sets, "Sets"),
        (PagePaths.Find, "Find"),
        (PagePaths.History, "History"),
        (PagePaths.Retention, "Retention"),
    ];

    /// <summary>One of the links of a navigation; that of the page itself says so.</summary>
    public static Html Link(string path, string name, bool isCurrent)
    {
        Html current = isCurrent ? Html.Of($" aria-current=\"page\"") : Html.Empty;
        return Html.Of($"<li><a href=\"{path}\"{current}>{name}</a></li>");
    }

    /// <summary>A page of somebody who is signed in.</summary>
    /// <param name="path">Where it is, one of the places above; of a page beneath one of them, that.</param>
    /// <param name="renews">Without scripts the browser asks for it again.</param>
    public static PageAnswer Page(
        PageCall call,
        string title,
        string path,
        Html content,
        bool renews = false,
        int status = 200
    )
    {
        IEnumerable<Html> links = Places.Select(place => Link(place.Path, place.Name, place.Path == path));
        Html header = Html.Of(
            $"""
            <header>
            <p class="brand">abf <span>{call.Host.Environment.Options.Installation.Name
                ?? "all installations"}</span></p>
            <nav aria-label="Pages"><ul>{links}</ul></nav>
            {Form(call, PagePaths.SignOut, Html.Of($"<button class=\"quiet\">Sign out</button>"))}
            </header>
            """
        );
        return PageAnswer.Of(Whole(title, header, content, renews ? Renewal : Html.Empty), status);
    }

    /// <summary>A page for anybody.</summary>
    public static Html Bare(string title, Html content) => Whole(title, Html.Empty, content, Html.Empty);

    /// <summary>A form with the token that proves that it is of this session.</summary>
    public static Html Form(PageCall call, string action, Html content) =>
        Html.Of(
            $"""
            <form method="post" action="{action}"><input type="hidden" name="{FormFields.Token}" value="{call.FormToken}">{content}</form>
            """
        );

    private static Html Renewal =>
        Html.Of($"<noscript><meta http-equiv=\"refresh\" content=\"10; url={PagePaths.Root}?again\"></noscript>");

    private static Html Whole(string title, Html header, Html content, Html head) =>
        Html.Of(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title} · abf</title>
            <link rel="stylesheet" href="{PagePaths.Root}/style.css">
            <link rel="icon" href="{PagePaths.Root}/icon.svg" type="image/svg+xml">
            <script src="{PagePaths.Root}/script.js" defer></script>
            {head}
            </head>
            <body>
            <a class="skip" href="#content">Skip to the content</a>
            {header}
            <main id="content" tabindex="-1">
            <h1>{title}</h1>
            {content}
            </main>
            </body>
            </html>

            """
        );
}
