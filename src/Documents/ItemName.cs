namespace AlfrescoBackupFlows.Documents;

/// <summary>The forms in which a document is named.</summary>
public static class ItemName
{
    private static readonly string[] Protocols = ["workspace", "archive", "versionStore", "user", "system", "avm"];

    /// <summary>
    /// A node reference, such as <c>workspace://SpacesStore/UUID</c>: a content URL has more parts, or another last one.
    /// </summary>
    public static bool TryParseNodeRef(string text, out string store, out string uuid)
    {
        int slash = text.LastIndexOf('/');
        int protocol = text.IndexOf("://", StringComparison.Ordinal);
        bool isNodeRef =
            protocol > 0
            && slash > protocol + 3
            && text.IndexOf('/', protocol + 3) == slash
            && slash < text.Length - 1
            && !text.StartsWith("store://", StringComparison.Ordinal);
        (store, uuid) = isNodeRef ? (text[..slash], text[(slash + 1)..]) : (string.Empty, string.Empty);
        return isNodeRef;
    }

    /// <summary>A node reference for sure: its store is one of nodes, or its last part is a UUID.</summary>
    public static bool IsNodeRef(string text) =>
        TryParseNodeRef(text, out string store, out string uuid)
        && (IsUuid(uuid) || Protocols.Contains(store[..store.IndexOf(':', StringComparison.Ordinal)]));

    public static bool IsUrl(string text) => text.Contains("://", StringComparison.Ordinal);

    public static bool IsUuid(string text) => Guid.TryParseExact(text, "D", out _);
}
