using System.Text;
using System.Text.Unicode;

namespace AlfrescoBackupFlows.Alfresco.Content;

/// <summary>The content URL that leads to a file: the way back from <see cref="ContentUrlMap"/>.</summary>
public static class ContentUrl
{
    /// <summary>
    /// As Alfresco itself would have written it; a row may name the same file otherwise. Null where no URL leads into the
    /// root, or none that is text.
    /// </summary>
    /// <param name="root">The root's name.</param>
    /// <param name="path">Beneath it.</param>
    public static string? Of(string root, ReadOnlySpan<byte> path)
    {
        string? protocol =
            root == ContentRoot.Contentstore ? "store"
            : root.StartsWith(ContentRoot.Stores, StringComparison.Ordinal) ? root[ContentRoot.Stores.Length..]
            : null;
        return protocol is null || path.IsEmpty || !Utf8.IsValid(path)
            ? null
            : $"{protocol}://{Encoding.UTF8.GetString(path)}";
    }

    /// <summary>
    /// All that may lead to a file; the usual one first. What lies in <c>contentstore.deleted</c> had its URL before Alfresco
    /// moved it there, and a row may name it still.
    /// </summary>
    public static IEnumerable<string> AllOf(string root, byte[] path)
    {
        string from = root == ContentRoot.Deleted ? ContentRoot.Contentstore : root;
        if (Of(from, path) is { } url)
        {
            yield return url;
            if (from.StartsWith(ContentRoot.Stores, StringComparison.Ordinal))
            {
                yield return $"store://{from[ContentRoot.Stores.Length..]}/{url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..]}";
            }
        }
    }
}
