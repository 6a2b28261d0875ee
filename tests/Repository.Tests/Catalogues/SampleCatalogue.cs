using System.Collections.Immutable;
using System.Globalization;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Repository.Tests.Catalogues;

/// <summary>
/// The nodes of a made-up repository: Company Home (2), Sites (3), folders of a hundred documents each, and two versions of
/// every tenth document.
/// </summary>
internal static class SampleCatalogue
{
    public const string Content = "{http://www.alfresco.org/model/content/1.0}content";

    public static List<CatalogueNode> Nodes(int documents)
    {
        List<CatalogueNode> nodes = [Node(2, "Company Home", 1) with { IsHome = true }, Node(3, "Sites", 2)];
        long id = 10;
        for (int i = 0; i < documents; i++)
        {
            if (i % 100 == 0)
            {
                nodes.Add(Node(id++, $"Folder {i / 100}", 3));
            }

            long folder = nodes.FindLast(node => node.Contents.IsEmpty && node.VersionOf.Length == 0)!.Id;
            CatalogueNode document = Document(id++, $"Document {i}.pdf", folder);
            nodes.Add(document);
            for (int version = 0; version < 2 && i % 10 == 0; version++)
            {
                nodes.Add(
                    Document(id++, document.Name, 0) with
                    {
                        Store = "workspace://version2Store",
                        Label = $"1.{version}",
                        VersionOf = document.Uuid,
                    }
                );
            }
        }

        return nodes;
    }

    public static CatalogueNode Document(long id, string name, long parent) =>
        Node(id, name, parent) with
        {
            Modified = DateTimeOffset.UnixEpoch.AddHours(id).AddMilliseconds(7),
            Contents = [new CatalogueContent(Content, Url(id), id * 10, "application/pdf")],
        };

    public static string Url(long id) => $"store://2026/11/27/{id % 24}/{id % 60}/{Uuid(id + 1_000_000)}.bin";

    public static string Uuid(long id) =>
        new Guid((int)(id * 2654435761), 7, 9, 1, 2, 3, 4, 5, 6, (byte)(id >> 8), (byte)id).ToString(
            "D",
            CultureInfo.InvariantCulture
        );

    public static async Task<CatalogueStamp> WriteAsync(IChunkWriter chunks, IEnumerable<CatalogueNode> nodes)
    {
        using TempDirectory temp = new();
        using CatalogueWriter writer = new(chunks, temp.Path);
        foreach (CatalogueNode node in nodes)
        {
            await writer.AddAsync(node, CancellationToken.None);
        }

        return await writer.CompleteAsync(CancellationToken.None);
    }

    /// <summary>Two lists in one are compared by what they hold.</summary>
    public static string Text(CatalogueNode node) =>
        $"{node with { Contents = [] }} {string.Join(", ", node.Contents.IsDefault ? [] : node.Contents)}";

    private static CatalogueNode Node(long id, string name, long parent) =>
        new(id, "workspace://SpacesStore", Uuid(id), name, parent)
        {
            Contents = ImmutableArray<CatalogueContent>.Empty,
        };
}
