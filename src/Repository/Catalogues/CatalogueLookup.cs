using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// What is looked up, in the catalogues of one set or of many: a filter that several of them share is read once.
/// </summary>
public sealed class CatalogueLookup
{
    private CatalogueLookup(
        CatalogueKeyKind kind,
        IReadOnlyCollection<CatalogueKey> keys,
        Func<CatalogueNode, bool> wants
    ) => (Kind, Keys, Wants) = (kind, keys, wants);

    /// <summary>Whether a node is one that is looked up: a filter may be wrong.</summary>
    public Func<CatalogueNode, bool> Wants { get; }

    internal CatalogueKeyKind Kind { get; }

    internal IReadOnlyCollection<CatalogueKey> Keys { get; }

    /// <summary>Where else it may be: by keys of another kind.</summary>
    internal CatalogueLookup? Further { get; private init; }

    /// <summary>What filters that were read said: positions of segments in their group.</summary>
    internal Dictionary<ChunkId, List<int>> Positions { get; } = [];

    public static CatalogueLookup OfUuid(string uuid) =>
        new(
            CatalogueKeyKind.Uuid,
            [CatalogueKey.OfUuid(uuid)],
            node => string.Equals(node.Uuid, uuid, StringComparison.OrdinalIgnoreCase)
        );

    public static CatalogueLookup OfVersionsOf(string uuid) =>
        new(
            CatalogueKeyKind.Uuid,
            [CatalogueKey.OfVersion(uuid)],
            node => string.Equals(node.VersionOf, uuid, StringComparison.OrdinalIgnoreCase)
        );

    public static CatalogueLookup OfUrls(IReadOnlySet<string> urls) =>
        new(
            CatalogueKeyKind.Url,
            [.. urls.Select(CatalogueKey.OfUrl)],
            node => node.Contents.Any(content => urls.Contains(content.Url))
        );

    /// <summary>Nodes that are called so: by their name, or by the UUID of one that has none.</summary>
    public static CatalogueLookup OfName(string name)
    {
        string folded = CatalogueKey.Fold(name);
        return new(CatalogueKeyKind.Name, [CatalogueKey.OfName(name)], node => CatalogueKey.Fold(node.Title) == folded)
        {
            Further = OfUuid(name),
        };
    }

    /// <summary>Those of them that have one of these as their primary parent.</summary>
    internal static CatalogueLookup OfChildren(List<long> parents, string name)
    {
        string folded = CatalogueKey.Fold(name);
        return new(
            CatalogueKeyKind.Child,
            [.. parents.Select(parent => CatalogueKey.OfChild(parent, name))],
            node => parents.Contains(node.Parent) && CatalogueKey.Fold(node.Title) == folded
        )
        {
            Further = OfUuid(name),
        };
    }

    /// <summary>Without those that have no name, for which another filter is read.</summary>
    internal CatalogueLookup OfNamed() => new(Kind, Keys, Wants);
}
