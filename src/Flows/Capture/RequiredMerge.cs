using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Writes the list of a root: of what the database gave, and of the parent's list where it withheld rows that are as they
/// were.
/// </summary>
internal sealed class RequiredMerge
{
    private readonly RequiredBefore? _before;
    private readonly IReadOnlySet<long> _withheld;

    /// <summary>Ranges of the parent's lists that were not withheld, ascending: their records are void.</summary>
    private readonly long[] _void;

    public RequiredMerge(RequiredBefore? before, IReadOnlySet<long> withheld)
    {
        _before = withheld.Count == 0 ? null : before;
        _withheld = withheld;
        _void = _before is null
            ? []
            : [.. _before.Digests.Ranges.Select(range => range.Range).Where(range => !withheld.Contains(range))];
    }

    /// <summary>Whether the root's list is made of the parent's.</summary>
    public bool Takes(string root) => _before?.Of(root) is not null;

    /// <param name="comes">The database gave a file of this root.</param>
    /// <param name="added">These files, in the order of a list.</param>
    /// <returns>Null where nothing is required of the root.</returns>
    public async Task<RequiredFiles?> WriteAsync(
        string root,
        bool comes,
        IEnumerable<RequiredFile> added,
        IChunkWriter metadata,
        CancellationToken cancellationToken
    )
    {
        RootStamp? parent = _before?.Of(root);
        if (parent is null && !comes)
        {
            return null;
        }

        if (parent is not null && !comes && _void.Length == 0)
        {
            return new RequiredFiles(root, parent.Required!, parent.RequiredFiles)
            {
                Segments = parent.RequiredSegments,
            };
        }

        await using var writer = new RequiredListWriter(metadata);
        var update = new RequiredListUpdate(id => !_withheld.Contains(RowDigests.RangeOf(id)), MayHoldVoid);
        await update.RunAsync(parent is null ? null : _before!.Open(parent), added, writer, cancellationToken);
        if (writer.Count == 0)
        {
            return null;
        }

        RequiredListSummary list = await writer.CompleteAsync(cancellationToken);
        return new RequiredFiles(root, list.List, list.Files) { Segments = list.Segments };
    }

    private bool MayHoldVoid(long lowest, long highest)
    {
        int at = Array.BinarySearch(_void, RowDigests.RangeOf(lowest));
        at = at < 0 ? ~at : at;
        return at < _void.Length && _void[at] <= RowDigests.RangeOf(highest);
    }
}
