using AlfrescoBackupFlows.Repository.Catalogues;

namespace AlfrescoBackupFlows.Documents;

/// <summary>The versions of a document that a set has: those of Alfresco's version store.</summary>
public static class DocumentVersions
{
    private const int MaxLabel = 100;

    /// <summary>The oldest first; the document as it was in the end comes last, where no version is the same. Each has
    /// content. Of more than there may be, the newest.</summary>
    /// <param name="node">The document, or any version of it.</param>
    /// <param name="most">Versions.</param>
    /// <param name="mostCharacters">Of their names and URLs, which a database may have of any length.</param>
    public static async Task<IReadOnlyList<CatalogueNode>> ReadAsync(
        CatalogueReader catalogue,
        CatalogueNode node,
        int most,
        long mostCharacters,
        CancellationToken cancellationToken
    )
    {
        string uuid = node.VersionOf.Length > 0 ? node.VersionOf : node.Uuid;
        long characters = 0;
        var newest = new SortedSet<(string Order, CatalogueNode Node)>(
            Comparer<(string Order, CatalogueNode Node)>.Create(
                static (left, right) =>
                    string.CompareOrdinal(left.Order, right.Order) is not 0 and int order
                        ? order
                        : left.Node.Id.CompareTo(right.Node.Id)
            )
        );
        await foreach (CatalogueNode version in catalogue.ReadVersionsAsync(uuid, cancellationToken))
        {
            if (version.MainContent is not null && newest.Add((OrderOf(version.Label), version)))
            {
                characters += LengthOf(version);
            }

            while (newest.Count > 1 && (newest.Count > most || characters > mostCharacters))
            {
                characters -= LengthOf(newest.Min.Node);
                newest.Remove(newest.Min);
            }
        }

        List<CatalogueNode> found = [.. newest.Select(static version => version.Node)];
        HashSet<string> urls = [.. found.Select(static version => version.MainContent!.Url)];
        IReadOnlyList<CatalogueNode> documents = await catalogue.FindByUuidAsync(uuid, cancellationToken);
        found.AddRange(documents.Where(document => document.MainContent is { } content && !urls.Contains(content.Url)));
        return found;
    }

    private static long LengthOf(CatalogueNode version) =>
        version.Name.Length
        + version.Label.Length
        + version.Contents.Sum(static content => (long)content.Url.Length + content.Mimetype.Length);

    /// <summary><c>1.10</c> comes after <c>1.9</c>. A text that is longer than any label of Alfresco is none.</summary>
    private static string OrderOf(string label) =>
        label.Length > MaxLabel
            ? label
            : string.Join('.', label.Split('.').Select(static part => part.PadLeft(12, '0')));
}
