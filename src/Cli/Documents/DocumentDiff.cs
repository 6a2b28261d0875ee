using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Documents;

/// <summary>A set and its catalogue.</summary>
internal sealed record CataloguedSet(RunId Id, CatalogueReader Catalogue);

/// <summary>
/// What became of a document between two sets; <c>Before</c> or <c>After</c> is null where it was not there. Or a folder
/// that has another name or place: then both are there.
/// </summary>
internal sealed record DocumentChange(CatalogueNode? Before, CatalogueNode? After)
{
    public bool IsFolder => (Before ?? After)!.Contents.IsEmpty;
}

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
                part: null,
                cancellationToken
            );
            foreach (long number in numbers)
            {
                Dictionary<long, CatalogueNode> left = await NodesAsync(was.GetValueOrDefault(number));
                Dictionary<long, CatalogueNode> right = await NodesAsync(now.GetValueOrDefault(number));
                foreach (long id in left.Keys.Union(right.Keys).Order())
                {
                    if (ChangeOf(left.GetValueOrDefault(id), right.GetValueOrDefault(id)) is { } change)
                    {
                        yield return change;
                    }
                }
            }
        }

        async Task<Dictionary<long, CatalogueNode>> NodesAsync(CatalogueSegmentRow? row) =>
            row is null
                ? []
                : (await segments.ReadAsync(row, cancellationToken))
                    .Where(static node => node.VersionOf.Length == 0)
                    .ToDictionary(static node => node.Id);
    }

    /// <summary>Null where there is none. Of folders that come and go the documents are told.</summary>
    private static DocumentChange? ChangeOf(CatalogueNode? left, CatalogueNode? right)
    {
        DocumentChange change = new(
            left is { IsDocument: true } ? left : null,
            right is { IsDocument: true } ? right : null
        );
        if (change is { Before: null, After: null })
        {
            return left is not null && right is not null && IsMoved(left, right) ? new(left, right) : null;
        }

        return change.Before is null || change.After is null || Differs(change.Before, change.After).Length > 0
            ? change
            : null;
    }

    private static bool IsMoved(CatalogueNode left, CatalogueNode right) =>
        left.NodeRef == right.NodeRef && (left.Name != right.Name || left.Parent != right.Parent);

    public async Task<FoundDocument> DescribeBeforeAsync(DocumentChange change, CancellationToken cancellationToken) =>
        await DescribeAsync(before, change.Before!, cancellationToken);

    public async Task<FoundDocument> DescribeAfterAsync(DocumentChange change, CancellationToken cancellationToken) =>
        await DescribeAsync(after, change.After!, cancellationToken);

    /// <summary>In which respects two states of a document differ; of a folder, whether by name or by place.</summary>
    public static string[] Differs(CatalogueNode left, CatalogueNode right)
    {
        if (left.Contents.IsEmpty && right.Contents.IsEmpty)
        {
            string[] moved = [left.Name != right.Name ? "name" : "", left.Parent != right.Parent ? "folder" : ""];
            return [.. moved.Where(static respect => respect.Length > 0)];
        }

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
