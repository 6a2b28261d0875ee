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
}
