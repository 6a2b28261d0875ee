using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>What nodes are looked up by; each kind has filters of its own.</summary>
internal enum CatalogueKeyKind
{
    /// <summary>The node's UUID, and that of the document whose version it is.</summary>
    Uuid,
    Url,

    /// <summary>The name, whatever the case of its letters.</summary>
    Name,

    /// <summary>The primary parent and the name.</summary>
    Child,
}

/// <summary>A key as the filters know it: two independent hashes.</summary>
internal readonly record struct CatalogueKey(ulong First, ulong Second)
{
    public const int Kinds = 4;

    public static CatalogueKey OfUuid(string uuid) => Of($"n{uuid.ToLowerInvariant()}");

    public static CatalogueKey OfVersion(string uuid) => Of($"v{uuid.ToLowerInvariant()}");

    public static CatalogueKey OfUrl(string url) => Of(url);

    public static CatalogueKey OfName(string name) => Of(Fold(name));

    public static CatalogueKey OfChild(long parent, string name) =>
        Of(string.Create(CultureInfo.InvariantCulture, $"{parent}/{Fold(name)}"));

    /// <summary>Names that differ in the case of letters alone are one to Alfresco: each letter by itself.</summary>
    public static string Fold(string name) => name.ToLowerInvariant();

    /// <summary>All that a node can be looked up by.</summary>
    public static IEnumerable<(CatalogueKeyKind Kind, CatalogueKey Key)> AllOf(CatalogueNode node)
    {
        yield return (CatalogueKeyKind.Uuid, OfUuid(node.Uuid));
        if (node.VersionOf.Length > 0)
        {
            yield return (CatalogueKeyKind.Uuid, OfVersion(node.VersionOf));
        }

        foreach (CatalogueContent content in node.Contents)
        {
            yield return (CatalogueKeyKind.Url, OfUrl(content.Url));
        }

        if (node.Name.Length > 0)
        {
            yield return (CatalogueKeyKind.Name, OfName(node.Name));
            if (node.Parent > 0)
            {
                yield return (CatalogueKeyKind.Child, OfChild(node.Parent, node.Name));
            }
        }
    }

    private static CatalogueKey Of(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return new CatalogueKey(
            BinaryPrimitives.ReadUInt64LittleEndian(hash),
            BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]) | 1
        );
    }
}
