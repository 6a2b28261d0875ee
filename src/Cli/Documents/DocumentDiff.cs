using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Documents;

/// <summary>A set and its catalogue.</summary>
internal sealed record CataloguedSet(RunId Id, CatalogueReader Catalogue);

/// <summary>What became of a document between two sets; <c>Before</c> or <c>After</c> is null where it was not there.</summary>
internal sealed record DocumentChange(CatalogueNode? Before, CatalogueNode? After);

/// <summary>Compares the documents of two sets: segments that both have are not read.</summary>
internal sealed class DocumentDiff(CatalogueSegments segments, CataloguedSet before, CataloguedSet after)
{
    /// <summary>In the order of the nodes' ids. Each call reads anew.</summary>
    public async IAsyncEnumerable<DocumentChange> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        HashSet<CatalogueSegmentRow> old = [.. before.Catalogue.Rows];
        CatalogueSegmentRow[] newer = [.. after.Catalogue.Rows.Where(row => !old.Contains(row))];
        old.ExceptWith(after.Catalogue.Rows);
        Dictionary<long, CatalogueSegmentRow> was = old.ToDictionary(static row => row.Number);
        Dictionary<long, CatalogueSegmentRow> now = newer.ToDictionary(static row => row.Number);
        foreach (long[] numbers in was.Keys.Union(now.Keys).Order().Chunk(CatalogueSegments.Batch / 2))
        {
            await segments.ReadAheadAsync(
                [
                    .. numbers
                        .SelectMany(number => new[] { was.GetValueOrDefault(number), now.GetValueOrDefault(number) })
                        .OfType<CatalogueSegmentRow>(),
                ],
                cancellationToken
            );
            foreach (long number in numbers)
            {
                Dictionary<long, CatalogueNode> left = await DocumentsAsync(was.GetValueOrDefault(number));
                Dictionary<long, CatalogueNode> right = await DocumentsAsync(now.GetValueOrDefault(number));
                foreach (long id in left.Keys.Union(right.Keys).Order())
                {
                    DocumentChange change = new(left.GetValueOrDefault(id), right.GetValueOrDefault(id));
                    if (
                        change.Before is null
                        || change.After is null
                        || Differs(change.Before, change.After).Length > 0
                    )
                    {
                        yield return change;
                    }
                }
            }
        }

        async Task<Dictionary<long, CatalogueNode>> DocumentsAsync(CatalogueSegmentRow? row) =>
            row is null
                ? []
                : (await segments.ReadAsync(row, cancellationToken))
                    .Where(static node => node.IsDocument)
                    .ToDictionary(static node => node.Id);
    }

    public async Task<FoundDocument> DescribeBeforeAsync(DocumentChange change, CancellationToken cancellationToken) =>
        await DescribeAsync(before, change.Before!, cancellationToken);

    public async Task<FoundDocument> DescribeAfterAsync(DocumentChange change, CancellationToken cancellationToken) =>
        await DescribeAsync(after, change.After!, cancellationToken);

    /// <summary>In which respects two states of a document differ.</summary>
    public static string[] Differs(CatalogueNode left, CatalogueNode right)
    {
        (bool IsOther, string Name)[] respects =
        [
            (left.NodeRef != right.NodeRef, "node"),
            (!left.Contents.AsSpan().SequenceEqual(right.Contents.AsSpan()), "content"),
            (left.Name != right.Name, "name"),
            (left.Parent != right.Parent, "folder"),
            (left.Label != right.Label, "version"),
            (left.Modified != right.Modified, "modified"),
        ];
        return [.. respects.Where(static respect => respect.IsOther).Select(static respect => respect.Name)];
    }

    private static async Task<FoundDocument> DescribeAsync(
        CataloguedSet set,
        CatalogueNode node,
        CancellationToken cancellationToken
    ) => FoundDocument.Of(set.Id, node, await set.Catalogue.PathOfAsync(node, cancellationToken));
}
