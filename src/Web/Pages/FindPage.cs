using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>Which sets have a document and when it changed, as <c>abf find</c> says it, and the document itself.</summary>
internal static class FindPage
{
    private const string All = "all";
    private const string Latest = "latest";

    public static async Task<PageAnswer> ShowAsync(PageCall call)
    {
        string pattern = call.Query("for");
        string sets = call.Query("sets") is { Length: > 0 } asked ? asked : All;
        Html found = Html.Empty;
        int status = 200;
        if (pattern.Length > 0)
        {
            ApiReply<FindDocument> reply = await call.Api.AskAsync<FindDocument>(
                ApiRoutes.Find,
                call.Aborted,
                query: [("for", pattern), ("sets", sets)]
            );
            (found, status) = reply.Problem is { } problem
                ? (MessagePage.Note(problem), problem.Status)
                : (Found(call, reply.Document!), status);
        }

        Html content = Html.Of(
            $"""
            <search><form method="get" action="{PagePaths.Find}" class="row">
            <div class="wide-field"><label for="for">What to look for</label>
            <input id="for" name="for" type="search" required maxlength="1000" aria-describedby="forms" value="{Show.Short(
                pattern,
                1000
            )}"></div>
            <div><label for="sets">In</label><select id="sets" name="sets">{Choices(sets)}</select></div>
            <button>Search</button>
            </form></search>
            <p class="hint" id="forms">A part of a name; a whole name with <code>*</code> or <code>?</code>; a path with
            <code>/</code>; a node reference, a UUID or a content URL.</p>
            {found}
            """
        );
        return Layout.Page(call, "Find a document", PagePaths.Find, content, status: status);
    }

    private static Html Choices(string chosen)
    {
        List<(string Value, string Words)> choices = [(All, "all sets"), (Latest, "the newest set")];
        if (chosen is not (All or Latest))
        {
            choices.Add((chosen, $"set {Show.Short(chosen, 60)}"));
        }

        return Html.Of(
            $"{choices.Select(choice =>
                Html.Of(
                    $"<option value=\"{choice.Value}\"{(choice.Value == chosen ? Html.Of($" selected") : Html.Empty)}>{choice.Words}</option>"
                )
            )}"
        );
    }

    private static Html Found(PageCall call, FindDocument found)
    {
        string count = Amounts.Count(
            found.Documents.Select(document => document.NodeRef).Distinct().Count(),
            "document"
        );
        Html table =
            found.Documents.Length == 0
                ? Html.Empty
                : Html.Of(
                    $"""
                    <div class="wide" role="region" aria-label="Documents" tabindex="0"><table class="found">
                    <caption>Each document with its states, and the sets that have it so</caption>
                    <thead><tr><th scope="col">Document</th><th scope="col">Changed</th><th scope="col">Version</th>
                    <th scope="col" class="number">Size</th><th scope="col">Sets</th>{(
                        Gives(call) ? Html.Of($"<th scope=\"col\">Get it</th>") : Html.Empty
                    )}</tr></thead>
                    <tbody>{found.Documents.Select(document => Row(call, document))}</tbody></table></div>
                    """
                );
        return Html.Of(
            $"""
            <p class="note" role="status">{count} in {Amounts.Count(found.Searched, "set")}.{Notes(found)}</p>
            {table}
            {(found.Documents.Length > 0 ? HowToGet(call) : Html.Empty)}
            """
        );
    }

    private static string Notes(FindDocument found)
    {
        string?[] notes =
        [
            found.Stopped switch
            {
                "limit" => "There are more: these are the first. Say more of the name.",
                "time" => "The search was ended after 30 seconds, and there may be more: look into one set.",
                "memory" => "Older sets were not looked into: there are too many documents. Look into one of them.",
                "damage" => "A part of a catalogue cannot be read, and there may be more: look into one set.",
                _ => null,
            },
            found.NotSearched > 0 ? $"Not looked into: {Amounts.Count(found.NotSearched, "set")}." : null,
            found.WithoutCatalogue > 0
                ? $"{Amounts.Count(found.WithoutCatalogue, "set")} cannot tell which documents they have."
                : null,
        ];
        return string.Concat(notes.OfType<string>().Select(note => " " + note));
    }

    private static Html Row(PageCall call, FoundStateDocument document)
    {
        string newest = document.Sets[0];
        string oldest = document.Sets[^1];
        Html sets =
            document.Sets.Length == 1
                ? SetLink(newest)
                : Html.Of($"{Amounts.Count(document.Sets.Length)}: {SetLink(oldest)} to {SetLink(newest)}");
        Html what = Html.Of($"{Show.Short(document.Name)} of set {newest}");
        Html download = Download(newest, document.NodeRef, what);
        return Html.Of(
            $"""
            <tr><th scope="row"><strong>{Show.Short(document.Name)}</strong>
            <span class="id">{Show.Short(document.Path ?? "at an unknown path", 400)}</span>
            <span class="id">{Show.Short(document.NodeRef)}</span></th>
            <td>{Changed(document.Modified)}</td>
            <td>{Version(newest, document)}</td>
            <td class="number">{Size(document.Size)}</td>
            <td>{sets}</td>{(
                Gives(call) ? Html.Of($"<td class=\"get\">{download}</td>") : Html.Empty
            )}</tr>
            """
        );
    }

    public static Html Changed(DateTime? modified) => modified is { } time ? Show.Time(time) : Html.Of($"not known");

    public static string Size(long? size) => size is { } bytes ? Amounts.Bytes(bytes) : "not known";

    /// <summary>One that has a version may have others.</summary>
    private static Html Version(string set, FoundStateDocument document) =>
        document.Version is { } version
            ? Html.Of(
                $"""
                {Show.Short(version, 40)} <a href="{PagePaths.Versions(set, document.NodeRef)}">all<span class="unseen"> versions of {Show.Short(
                    document.Name
                )} in set {set}</span></a>
                """
            )
            : Html.Of($"-");

    private static Html SetLink(string set) => Html.Of($"<a href=\"{PagePaths.Set(set)}\">{set}</a>");

    /// <param name="what">Is read out, and not seen: all these links look the same.</param>
    public static Html Download(string set, string item, Html what) =>
        Html.Of(
            $"""
            <a href="{PagePaths.Content(set, item)}" download>Download<span class="unseen"> {what}</span></a>
            """
        );

    public static bool Gives(PageCall call) => call.Host.Environment.Options.Serve.Documents;

    public static Html HowToGet(PageCall call) =>
        Gives(call)
            ? Html.Of($"<p class=\"hint\">Each download is written to the log with the address that asked for it.</p>")
            : Html.Of(
                $"""
                <p class="note">Documents are not given out here. To allow it to whoever has the key, set <code>serve.documents</code> to
                <code>true</code> in the configuration of this host; or run <code>abf extract</code> on it.</p>
                """
            );
}
