using System.Collections.Frozen;
using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Holds lists that were made of every row against those of the parent set: where a range has the digest that it had, its
/// records must be those that it had.
/// </summary>
internal static class RequiredRecheck
{
    /// <param name="before">The parent's lists.</param>
    /// <param name="now">The digests of this run.</param>
    /// <param name="lists">Its lists.</param>
    /// <returns>What differs, a sentence; null where nothing does.</returns>
    public static async Task<string?> FindDifferenceAsync(
        RequiredBefore before,
        RequiredDigests now,
        ImmutableArray<RequiredFiles> lists,
        IChunkSource chunks,
        CancellationToken cancellationToken
    )
    {
        FrozenSet<long> equal =
            now.Method == before.Digests.Method
                ? before
                    .Digests.Ranges.Where(range => range.IsListed)
                    .Intersect(now.Ranges)
                    .Select(range => range.Range)
                    .ToFrozenSet()
                : FrozenSet<long>.Empty;
        foreach (string root in before.Roots.Union(lists.Select(list => list.Root)))
        {
            IAsyncEnumerable<RequiredFile> then = before.Of(root) is { } stamp
                ? before.OpenList(stamp).ReadAsync(cancellationToken)
                : AsyncEnumerable.Empty<RequiredFile>();
            IAsyncEnumerable<RequiredFile> found = lists.FirstOrDefault(list => list.Root == root) is { } list
                ? new RequiredListReader(chunks, list.List).ReadAsync(cancellationToken)
                : AsyncEnumerable.Empty<RequiredFile>();
            if (await FirstDifferenceAsync(then.Where(IsEqual), found.Where(IsEqual), cancellationToken) is { } file)
            {
                return $"The rows of alf_content_url around id {file.UrlId} ('{root}/{TreePath.Display(file.Path)}') are not "
                    + "those of the set before, though their digest is the same: the lists of required files of the sets "
                    + "since the last full scan may be wrong. This set's were made of every row.";
            }
        }

        return null;

        bool IsEqual(RequiredFile file) => equal.Contains(RowDigests.RangeOf(file.UrlId));
    }

    private static async Task<RequiredFile?> FirstDifferenceAsync(
        IAsyncEnumerable<RequiredFile> then,
        IAsyncEnumerable<RequiredFile> now,
        CancellationToken cancellationToken
    )
    {
        await using IAsyncEnumerator<RequiredFile> left = then.GetAsyncEnumerator(cancellationToken);
        await using IAsyncEnumerator<RequiredFile> right = now.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            bool hasLeft = await left.MoveNextAsync();
            bool hasRight = await right.MoveNextAsync();
            if (!hasLeft || !hasRight)
            {
                return hasLeft ? left.Current
                    : hasRight ? right.Current
                    : null;
            }

            (RequiredFile was, RequiredFile found) = (left.Current, right.Current);
            if ((was.UrlId, was.Size) != (found.UrlId, found.Size) || !was.Path.AsSpan().SequenceEqual(found.Path))
            {
                return found;
            }
        }
    }
}
