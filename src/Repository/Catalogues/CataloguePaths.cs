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

        // Almost every node has a name, and those that have one are found by half as many filters.
        IReadOnlyList<CatalogueNode> named = await FindAsync(names, onlyNamed: true, cancellationToken);
        return named.Count > 0 ? named : await FindAsync(names, onlyNamed: false, cancellationToken);
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

    private async Task<IReadOnlyList<CatalogueNode>> FindAsync(
        string[] names,
        bool onlyNamed,
        CancellationToken cancellationToken
    )
    {
        List<CatalogueNode> found = [];
        foreach (long home in catalogue.Homes)
        {
            bool isNamed =
                await catalogue.FindAsync(home, cancellationToken) is { } node
                && CatalogueKey.Fold(node.Title) == CatalogueKey.Fold(names[0]);
            found.AddRange(await WalkAsync([home], names, onlyNamed, cancellationToken));
            if (isNamed)
            {
                found.AddRange(await WalkAsync([home], names[1..], onlyNamed, cancellationToken));
            }
        }

        return found.Count > 0 ? found : await FindElsewhereAsync(names, onlyNamed, cancellationToken);
    }

    private async Task<IReadOnlyList<CatalogueNode>> WalkAsync(
        List<long> parents,
        string[] names,
        bool onlyNamed,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<CatalogueNode> found = [];
        foreach (string name in names)
        {
            CatalogueLookup children = CatalogueLookup.OfChildren(parents, name);
            found = await catalogue.FindAllAsync(onlyNamed ? children.OfNamed() : children, cancellationToken);
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
        bool onlyNamed,
        CancellationToken cancellationToken
    )
    {
        List<CatalogueNode> tops = await catalogue
            .FindTopsAsync(names[0], onlyNamed, cancellationToken)
            .ToListAsync(cancellationToken);
        return tops.Count > 0 && names.Length > 1
            ? await WalkAsync([.. tops.Select(static top => top.Id)], names[1..], onlyNamed, cancellationToken)
            : tops;
    }
}
