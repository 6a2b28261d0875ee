using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>The versions of a document that a set has, the newest first.</summary>
internal static class VersionsPage
{
    public static async Task<PageAnswer> ShowAsync(PageCall call, string id)
    {
        string item = call.Query("item");
        ApiReply<FoundDocument[]> reply = await call.Api.AskAsync<FoundDocument[]>(
            ApiRoutes.ListVersions,
            call.Aborted,
            id,
            query: [("item", item)]
        );
        if (reply.Problem is { } problem)
        {
            return MessagePage.Of(call, problem);
        }

        FoundDocument[] versions = reply.Document!;
        if (versions.Length == 0)
        {
            return MessagePage.NotFound(call);
        }

        FoundDocument newest = versions[0];
        string count = Amounts.Count(versions.Length, "version");
        count = versions.Length < BackupApi.MaxVersions ? count : $"The newest {count}; there may be more,";
        Html content = Html.Of(
            $"""
            <p>{count} in set <a href="{PagePaths.Set(
                newest.Set
            )}">{newest.Set}</a>. <a href="{PagePaths.Search(item, "all")}">Look in all sets</a>
            <span class="id">{Show.Short(newest.Path ?? "at an unknown path", 400)}</span></p>
            <div class="wide" role="region" aria-label="Versions" tabindex="0"><table class="found">
            <caption>The versions, the newest first</caption>
            <thead><tr><th scope="col">Version</th><th scope="col">Changed</th><th scope="col">Name</th>
            <th scope="col" class="number">Size</th>{(
                FindPage.Gives(call) ? Html.Of($"<th scope=\"col\">Get it</th>") : Html.Empty
            )}</tr></thead>
            <tbody>{versions.Select(version => Row(call, version))}</tbody></table></div>
            {FindPage.HowToGet(call)}
            """
        );
        return Layout.Page(call, $"Versions of {Show.Short(newest.Name)}", PagePaths.Find, content);
    }

    private static Html Row(PageCall call, FoundDocument version)
    {
        string label = Show.Short(version.Version ?? "current", 40);
        Html download = FindPage.Download(version.Set, version.NodeRef, Html.Of($"version {label}"));
        return Html.Of(
            $"""
            <tr><th scope="row">{label}</th>
            <td>{FindPage.Changed(version.Modified)}</td>
            <td>{Show.Short(version.Name)}</td>
            <td class="number">{FindPage.Size(version.Size)}</td>{(
                FindPage.Gives(call) ? Html.Of($"<td class=\"get\">{download}</td>") : Html.Empty
            )}</tr>
            """
        );
    }
}
