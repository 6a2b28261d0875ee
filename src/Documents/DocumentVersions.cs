using AlfrescoBackupFlows.Repository.Catalogues;

namespace AlfrescoBackupFlows.Documents;

/// <summary>The versions of a document that a set has: those of Alfresco's version store.</summary>
public static class DocumentVersions
{
    private const int MaxLabel = 100;

    /// <summary>The oldest first; the document as it was in the end comes last, where no version is the same. Each has
    /// content.</summary>
    /// <param name="node">The document, or any version of it.</param>
    public static async Task<IReadOnlyList<CatalogueNode>> ReadAsync(
        CatalogueReader catalogue,
        CatalogueNode node,
        CancellationToken cancellationToken
    )
    {
        string uuid = node.VersionOf.Length > 0 ? node.VersionOf : node.Uuid;
        IReadOnlyList<CatalogueNode> versions = await catalogue.FindVersionsAsync(uuid, cancellationToken);
        IReadOnlyList<CatalogueNode> documents = await catalogue.FindByUuidAsync(uuid, cancellationToken);
        List<CatalogueNode> found =
        [
            .. versions
                .Where(static version => version.MainContent is not null)
                .OrderBy(static version => OrderOf(version.Label), StringComparer.Ordinal)
                .ThenBy(static version => version.Id),
        ];
        HashSet<string> urls = [.. found.Select(static version => version.MainContent!.Url)];
        found.AddRange(documents.Where(document => document.MainContent is { } content && !urls.Contains(content.Url)));
        return found;
    }

    /// <summary><c>1.10</c> comes after <c>1.9</c>. A text that is longer than any label of Alfresco is none.</summary>
    private static string OrderOf(string label) =>
        label.Length > MaxLabel
            ? label
            : string.Join('.', label.Split('.').Select(static part => part.PadLeft(12, '0')));
}
