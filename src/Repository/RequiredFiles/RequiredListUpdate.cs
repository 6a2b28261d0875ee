using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// Makes the list of a root out of that of the set before and what changed since: some records are void, and others come
/// in. A segment that neither touches is taken over by its id, unread.
/// </summary>
/// <param name="isVoid">Whether a record with this id of a content URL counts no more.</param>
/// <param name="mayHoldVoid">Whether an id from the first to the second, both included, may be void.</param>
public sealed class RequiredListUpdate(Func<long, bool> isVoid, Func<long, long, bool> mayHoldVoid)
{
    /// <param name="before">The list of the set before; null: there was none.</param>
    /// <param name="added">In the order of a list; a record twice counts once.</param>
    public async Task RunAsync(
        RequiredSegmentReader? before,
        IEnumerable<RequiredFile> added,
        RequiredListWriter writer,
        CancellationToken cancellationToken
    )
    {
        using IEnumerator<RequiredFile> next = added.GetEnumerator();
        RequiredFile? pending = next.MoveNext() ? next.Current : null;
        RequiredFile? last = null;
        if (before is not null)
        {
            await foreach (RequiredSegment segment in before.ReadRowsAsync(cancellationToken))
            {
                // What comes before the segment may belong to its stretch as well as to the one before.
                await AddUpToAsync(file => PathOrder.Compare(file.Path, segment.First) < 0);
                bool isTouched =
                    mayHoldVoid(segment.LowestId, segment.HighestId)
                    || (pending is not null && PathOrder.Compare(pending.Path, segment.Last) <= 0);
                if (!isTouched && await writer.TryAddSegmentAsync(segment, cancellationToken))
                {
                    continue;
                }

                foreach (RequiredFile file in await before.ReadSegmentAsync(segment, cancellationToken))
                {
                    if (!isVoid(file.UrlId))
                    {
                        await AddUpToAsync(other => RequiredFile.Compare(other, file) < 0);
                        await AddAsync(file);
                    }
                }
            }
        }

        await AddUpToAsync(static _ => true);

        async ValueTask AddUpToAsync(Func<RequiredFile, bool> comesFirst)
        {
            for (; pending is not null && comesFirst(pending); pending = next.MoveNext() ? next.Current : null)
            {
                await AddAsync(pending);
            }
        }

        async ValueTask AddAsync(RequiredFile file)
        {
            if (last is null || RequiredFile.Compare(last, file) != 0)
            {
                await writer.AddAsync(file, cancellationToken);
                last = file;
            }
        }
    }
}
