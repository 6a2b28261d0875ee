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

        (IReadOnlyList<CatalogueNode> nodes, string what, long more) = await NodesAsync(item);
        CatalogueNode[] documents = [.. nodes.Where(static node => node.MainContent is not null)];
        if (documents.Length > 1)
        {
            throw await SeveralAsync(item, documents, documents.Length + more);
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
                $"'{PlainText.Escape(item)}' has no content: it is a folder, or another node without a file; name a "
                    + "document"
            );
        }

        // A file that no node uses any more, or did not when the dump was taken.
        return what == Url
            ? new Item(null, item, null)
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"set {set} has no {what} '{PlainText.Escape(item)}': 'abf find' says which sets have it"
            );
    }

    /// <returns>The nodes, what they were looked up by, and how many documents there are besides.</returns>
    private async Task<(IReadOnlyList<CatalogueNode> Nodes, string What, long More)> NodesAsync(string item)
    {
        if (ItemName.TryParseNodeRef(item, out string store, out string uuid))
        {
            List<CatalogueNode> nodes = [.. await catalogue!.FindByUuidAsync(uuid, cancellationToken)];
            nodes.RemoveAll(node => node.Store != store);
            if (nodes.Count > 0)
            {
                return (nodes, "node", 0);
            }
        }

        if (ItemName.IsUrl(item))
        {
            // A document and its newest version have one file: whoever names it gets that, whoever else uses it.
            CatalogueNode? user = null;
            await foreach (ContentUse use in catalogue!.FindUsesAsync([item], cancellationToken))
            {
                user = user is null || use.Node.VersionOf.Length == 0 ? use.Node : user;
                if (user.VersionOf.Length == 0)
                {
                    break;
                }
            }

            return (user is null ? [] : [user], ItemName.IsNodeRef(item) ? "node" : Url, 0);
        }

        if (ItemName.IsUuid(item))
        {
            return (await catalogue!.FindByUuidAsync(item, cancellationToken), "node", 0);
        }

        if (item.Contains('/', StringComparison.Ordinal))
        {
            return (await catalogue!.FindByPathAsync(item, cancellationToken), "document", 0);
        }

        // Where only the case of letters tells them apart, the one that is written so is meant.
        Named exact = new();
        Named all = new();
        await foreach (CatalogueNode node in catalogue!.ReadByNameAsync(item, cancellationToken))
        {
            if (node.VersionOf.Length == 0)
            {
                all.Add(node);
                if (node.Title == item && node.MainContent is not null)
                {
                    exact.Add(node);
                }
            }
        }

        Named named = exact.Nodes.Count > 0 ? exact : all;
        return named.Nodes.Count > 0
            ? (named.Nodes, "document", named.More)
            : (await catalogue!.FindByUuidAsync(item, cancellationToken), "document", 0);
    }

    private async Task<PermanentException> SeveralAsync(string item, CatalogueNode[] documents, long count)
    {
        List<string> lines = [];
        foreach (CatalogueNode node in documents.Take(MaxNamed))
        {
            string path = await catalogue!.PathOfAsync(node, cancellationToken) ?? node.Title;
            lines.Add(PlainText.Escape($"  {node.NodeRef}  {path}"));
        }

        if (count > lines.Count)
        {
            lines.Add($"  and {count - lines.Count} more");
        }

        return new PermanentException(
            ErrorKind.Configuration,
            $"{count} documents of set {set} are named '{PlainText.Escape(item)}': name one by its node reference or its "
                + "path\n"
                + string.Join('\n', lines)
        );
    }

    /// <summary>
    /// The nodes of a name in bounded memory: previews, one for each document, have all the same. Of documents those that are
    /// told, of others one.
    /// </summary>
    private sealed class Named
    {
        public List<CatalogueNode> Nodes { get; } = [];

        /// <summary>Documents that are not in the list.</summary>
        public long More { get; private set; }

        public void Add(CatalogueNode node)
        {
            if (Nodes.Count < MaxNamed && (node.MainContent is not null || Nodes.Count == 0))
            {
                Nodes.Add(node);
            }
            else if (node.MainContent is not null)
            {
                More++;
            }
        }
    }
}
