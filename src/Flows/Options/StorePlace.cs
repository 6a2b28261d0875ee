using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>Where the URL of a store leads, without any secret in it.</summary>
public static class StorePlace
{
    /// <summary>
    /// The URL without query and slash at its end: two that are equal lead to one place. That of a directory has no query:
    /// all of it is its name.
    /// </summary>
    public static string? Of(string? url) =>
        url is not null && DirectoryUrl.TryParse(url) is not null
            ? url.TrimEnd('/')
            : url?.Split('?', '#')[0].TrimEnd('/');
}
