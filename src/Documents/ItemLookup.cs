using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Documents;

/// <summary>A document, or a version of one, and which of its contents is meant; without a node only the URL is known.</summary>
public sealed record Item(CatalogueNode? Node, string Url, string? Path);

/// <summary>Finds what ITEM of <c>abf extract</c> names.</summary>
public sealed class ItemLookup(CatalogueReader? catalogue, RunId set, CancellationToken cancellationToken)
{
    private const string Url = "content URL";

    /// <summary>Matches that are named where there are several.</summary>
    private const int MaxNamed = 50;

    /// <exception cref="PermanentException">Configuration: nothing has the name, or several documents have it.</exception>
    public async Task<Item> FindAsync(string item)
    {
        if (catalogue is null)
        {
            return ItemName.IsUrl(item) && !ItemName.IsNodeRef(item)
                ? new Item(null, item, null)
                : throw SetCatalogues.HasNone(set);
        }

        (IReadOnlyList<CatalogueNode> nodes, string what) = await NodesAsync(item);
        CatalogueNode[] documents = [.. nodes.Where(static node => node.MainContent is not null)];
        if (documents.Length > 1)
        {
            throw await SeveralAsync(item, documents);
        }

        if (documents.Length == 1)
        {
            CatalogueNode node = documents[0];
            bool isUrl = node.Contents.Any(content => content.Url == item);
            return new Item(
                node,
                isUrl ? item : node.MainContent!.Url,
                await catalogue.PathOfAsync(node, cancellationToken)
            );
        }

        if (nodes.Count > 0)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"'{item}' has no content: it is a folder, or another node without a file; name a document"
            );
        }

        // A file that no node uses any more, or did not when the dump was taken.
        return what == Url
            ? new Item(null, item, null)
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"set {set} has no {what} '{item}': 'abf find' says which sets have it"
            );
    }

    private async Task<(IReadOnlyList<CatalogueNode> Nodes, string What)> NodesAsync(string item)
    {
        if (ItemName.TryParseNodeRef(item, out string store, out string uuid))
        {
            List<CatalogueNode> nodes = [.. await catalogue!.FindByUuidAsync(uuid, cancellationToken)];
            nodes.RemoveAll(node => node.Store != store);
            if (nodes.Count > 0)
            {
                return (nodes, "node");
            }
        }

        if (ItemName.IsUrl(item))
        {
            List<CatalogueNode> users = [];
            await foreach (ContentUse use in catalogue!.FindUsesAsync([item], cancellationToken))
            {
                users.Add(use.Node);
            }

            // A document and its newest version have one file: whoever names it gets that, whoever else uses it.
            return (
                [.. users.OrderBy(static node => node.VersionOf.Length > 0).Take(1)],
                ItemName.IsNodeRef(item) ? "node" : Url
            );
        }

        if (ItemName.IsUuid(item))
        {
            return (await catalogue!.FindByUuidAsync(item, cancellationToken), "node");
        }

        if (item.Contains('/', StringComparison.Ordinal))
        {
            return (await catalogue!.FindByPathAsync(item, cancellationToken), "document");
        }

        List<CatalogueNode> named = [.. await catalogue!.FindByNameAsync(item, cancellationToken)];
        named.RemoveAll(static node => node.VersionOf.Length > 0);

        // Where only the case of letters tells them apart, the one that is written so is meant.
        List<CatalogueNode> exact = named.FindAll(node => node.Name == item && node.MainContent is not null);
        return (exact.Count > 0 ? exact : named, "document");
    }

    private async Task<PermanentException> SeveralAsync(string item, CatalogueNode[] documents)
    {
        List<string> lines = [];
        foreach (CatalogueNode node in documents.Take(MaxNamed))
        {
            string path = await catalogue!.PathOfAsync(node, cancellationToken) ?? node.Title;
            lines.Add(PlainText.Escape($"  {node.NodeRef}  {path}"));
        }

        if (documents.Length > MaxNamed)
        {
            lines.Add($"  and {documents.Length - MaxNamed} more");
        }

        return new PermanentException(
            ErrorKind.Configuration,
            $"{documents.Length} documents of set {set} are named '{item}': name one by its node reference or its path\n"
                + string.Join('\n', lines)
        );
    }
}
