using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>The paths of a catalogue's nodes, such as <c>Sites/x/documentLibrary/y.pdf</c>.</summary>
internal sealed class CataloguePaths(CatalogueReader catalogue)
{
    /// <summary>No tree of folders is deeper; a row that is its own ancestor ends here.</summary>
    private const int MaxDepth = 1000;

    /// <inheritdoc cref="CatalogueReader.FindByPathAsync"/>
    public async Task<IReadOnlyList<CatalogueNode>> FindAsync(string path, CancellationToken cancellationToken)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            return [];
        }

        List<CatalogueNode> found = [];
        foreach (long home in catalogue.Homes)
        {
            bool isNamed =
                await catalogue.FindAsync(home, cancellationToken) is { } node
                && CatalogueKey.Fold(node.Name) == CatalogueKey.Fold(names[0]);
            found.AddRange(await WalkAsync([home], names, cancellationToken));
            if (isNamed)
            {
                found.AddRange(await WalkAsync([home], names[1..], cancellationToken));
            }
        }

        return found.Count > 0 ? found : await FindElsewhereAsync(names, cancellationToken);
    }

    /// <inheritdoc cref="CatalogueReader.PathOfAsync"/>
    public async ValueTask<string?> OfAsync(CatalogueNode node, CancellationToken cancellationToken)
    {
        if (node.VersionOf.Length > 0)
        {
            IReadOnlyList<CatalogueNode> documents = await catalogue.FindByUuidAsync(node.VersionOf, cancellationToken);
            return documents.FirstOrDefault(static document => document.VersionOf.Length == 0) is { } current
                ? await OfAsync(current, cancellationToken)
                : null;
        }

        if (node.Parent == 0)
        {
            return null;
        }

        List<string> names = [];
        for (
            CatalogueNode? at = node;
            at is { IsHome: false };
            at = await catalogue.FindAsync(at.Parent, cancellationToken)
        )
        {
            names.Add(at.Title);
            if (at.Parent == 0)
            {
                break;
            }

            if (names.Count > MaxDepth)
            {
                return null;
            }
        }

        names.Reverse();
        return string.Join('/', names);
    }

    private async Task<IReadOnlyList<CatalogueNode>> WalkAsync(
        List<long> parents,
        string[] names,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<CatalogueNode> found = [];
        foreach (string name in names)
        {
            found = await catalogue.FindAllAsync(CatalogueLookup.OfChildren(parents, name), cancellationToken);
            parents = [.. found.Select(static node => node.Id)];
            if (parents.Count == 0)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>A path outside of Company Home, or of a database in which none is marked.</summary>
    private async Task<IReadOnlyList<CatalogueNode>> FindElsewhereAsync(
        string[] names,
        CancellationToken cancellationToken
    )
    {
        List<CatalogueNode> found = await catalogue
            .FindTopsAsync(names[0], cancellationToken)
            .ToListAsync(cancellationToken);
        if (found.Count > 0 && names.Length > 1)
        {
            found = [.. await WalkAsync([.. found.Select(static top => top.Id)], names[1..], cancellationToken)];
        }

        // A folder without a name is called by its UUID, which nothing leads down to.
        if (found.Count > 0 || !Array.Exists(names, static name => Guid.TryParse(name, out _)))
        {
            return found;
        }

        string path = CatalogueKey.Fold(string.Join('/', names));
        await foreach (CatalogueNode node in catalogue.ReadByNameAsync(names[^1], cancellationToken))
        {
            if (
                node.VersionOf.Length == 0
                && await OfAsync(node, cancellationToken) is { } own
                && CatalogueKey.Fold(own) == path
            )
            {
                found.Add(node);
            }
        }

        return found;
    }
}
