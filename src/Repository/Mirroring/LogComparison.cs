using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>
/// Whether the log of a target is the beginning of the log of the source. Entries say the hash of the one before them,
/// so where the newest that both have is the same in each byte, all before it are.
/// </summary>
/// <param name="source">Without what lies behind a gap. Listed after the target, which another mirror may carry on meanwhile.</param>
internal sealed class LogComparison(MirroredLog source, MirroredLog target, MirrorOptions options)
{
    /// <param name="isWhole">The target was a whole repository before; else a first mirror is at work in it, which
    /// copies entries in any order.</param>
    /// <exception cref="PermanentException">Repository: it is not, or one of them was cut.</exception>
    public async Task RequireAsync(bool isWhole, CancellationToken cancellationToken)
    {
        if (source.Newest < 0)
        {
            throw Refuse($"{source.Blobs.Location} has no log: it was lost, or 'abf init' did not come to its end");
        }

        // A target that has the entry which the source lost can give it back, so that is said first.
        bool isBehind = options.SourceSeen is { } seen && source.Behind.Contains(seen.Sequence);
        if (!isBehind)
        {
            await RequireSeenAsync(cancellationToken);
        }

        await RequireBeginningAsync(cancellationToken);
        if (isBehind)
        {
            await RequireSeenAsync(cancellationToken);
        }

        if (!options.Repairs)
        {
            await RequireUncutAsync(isWhole, cancellationToken);
        }
    }

    private async Task RequireSeenAsync(CancellationToken cancellationToken)
    {
        if (await source.LacksAsync(options.SourceSeen, cancellationToken) is { } lost)
        {
            throw Refuse(
                $"the source {source.Blobs.Location} was cut, forked or put back from an older copy: {lost}"
                    + FileOf(options.SourceSeen)
            );
        }
    }

    private async Task RequireBeginningAsync(CancellationToken cancellationToken)
    {
        long? common = null;
        foreach ((long sequence, BlobItem entry) in target.Entries)
        {
            if (source.Find(sequence) is not { } same)
            {
                throw sequence > source.End && !source.Behind.Any(one => one > sequence && target.Has(one))
                    ? Refuse(
                        $"the log of the target {target.Blobs.Location} goes on to entry {target.Newest} "
                            + $"({target.Find(target.Newest)!.Name}), and that of the source {source.Blobs.Location} "
                            + $"ends at entry {source.End}: the source was cut or put back from an older copy, or "
                            + "something was written to the target, which has forked by that"
                            + (
                                sequence > target.End
                                    ? ". The target has no entry before it: where somebody put it there, delete it"
                                    : string.Empty
                            )
                    )
                    : Refuse(
                        $"the source {source.Blobs.Location} lacks log entry {sequence}, which the target "
                            + $"{target.Blobs.Location} has: bring '{entry.Name}' back from there"
                    );
            }

            if (same.Length != entry.Length)
            {
                throw Forked(sequence);
            }

            common = sequence;
        }

        if (
            common is { } newest
            && await source.HeadAsync(newest, cancellationToken) != await target.HeadAsync(newest, cancellationToken)
        )
        {
            throw Forked(newest);
        }
    }

    private async Task RequireUncutAsync(bool isWhole, CancellationToken cancellationToken)
    {
        string? lost = await target.LacksAsync(options.TargetSeen, cancellationToken);
        if (lost is null && isWhole)
        {
            long gap = source.Entries.Select(entry => entry.Key).FirstOrDefault(IsGap, -1);
            lost = gap < 0 ? null : $"its log lacks entry {gap}";
        }

        if (lost is not null)
        {
            throw Refuse(
                $"the target {target.Blobs.Location} was cut, emptied or put back from an older copy, or its disk is not "
                    + $"mounted: {lost}. Look into that; 'abf mirror --repair' then stores again what it lacks"
                    + (options.TargetSeen?.File is { } file ? $", and writes '{file}', which says what was seen" : "")
            );
        }

        bool IsGap(long sequence) => sequence < target.Newest && !target.Has(sequence);
    }

    private PermanentException Forked(long sequence) =>
        Refuse(
            $"log entry {sequence} of the target {target.Blobs.Location} is not that of the source "
                + $"{source.Blobs.Location}: one of them has forked or was damaged. To begin a new copy, name an empty "
                + "place"
        );

    private static string FileOf(RememberedHead? seen) =>
        seen?.File is { } file
            ? $". Bring it back, or go on with what is there: delete '{file}', after you have read 'A repository from "
                + "an older copy' in docs/restore.md"
            : string.Empty;

    private static PermanentException Refuse(string why) => new(ErrorKind.Repository, $"Nothing was copied: {why}.");
}
