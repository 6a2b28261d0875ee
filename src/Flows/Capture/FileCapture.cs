using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Decides what stands in the listing for one file: the parent's entry where nothing changed, what is read now, or,
/// where the source lost or changed what the dump requires, the parent's entry with a flag.
/// </summary>
internal sealed class FileCapture(
    CaptureSource source,
    ContentReader reader,
    RangeListing listing,
    Inheritance inheritance
)
{
    public long ReadFiles { get; private set; }

    public long ReadBytes { get; private set; }

    public long Unstable { get; private set; }

    public long SourceMissing { get; private set; }

    public long SourceChanged { get; private set; }

    public long Rescued { get; private set; }

    public long Lost { get; private set; }

    /// <summary>Size, mtime and ctime are as recorded, and the record is of a file that was read whole.</summary>
    public static bool IsUnchanged(ListingEntry? recorded, in FileStat stat) =>
        recorded is { IsDirectory: false, Flags: EntryFlags.None }
        && stat.Type == EntryType.File
        && recorded.Length == stat.Size
        && recorded.MtimeNs == stat.MtimeNs
        && recorded.CtimeNs == stat.CtimeNs;

    /// <param name="seen">The file as the scan saw it; null where it did not.</param>
    /// <param name="recorded">The parent's entry of the same path.</param>
    /// <param name="required">What the dump says of it; null where nothing.</param>
    /// <param name="isHandedOver">The scan did not look, because the directory is trusted.</param>
    /// <returns>Null where nothing can stand in the listing.</returns>
    public async ValueTask<ListingEntry?> CaptureAsync(
        byte[] path,
        ScanEntry? seen,
        ListingEntry? recorded,
        RequiredFile? required,
        bool isHandedOver,
        CancellationToken cancellationToken
    )
    {
        if (!listing.CanHold(path))
        {
            return null;
        }

        if (
            seen is not null
            && IsUnchanged(recorded, seen.Stat)
            && await inheritance.HoldsAsync(recorded!.Content!, cancellationToken)
        )
        {
            return recorded;
        }

        if (
            seen is not null
            && await TryReadAsync(source.Tree, path, source.FollowsLinks, required, cancellationToken) is { } content
        )
        {
            return await JudgeAsync(path, content, recorded, required, cancellationToken);
        }

        return required is null ? null : await RescueAsync(path, recorded, required, isHandedOver, cancellationToken);
    }

    /// <summary>
    /// A file of the parent set that nobody requires and the scan did not see: gone for good unless it lies behind a
    /// link or Alfresco moved it.
    /// </summary>
    public void NoteGone(byte[] path)
    {
        if (source.Elsewhere.Prepend(source.Tree).All(other => TryStat(other, path) is null))
        {
            Lost++;
        }
    }

    /// <summary>
    /// The scan did not see what the dump requires: it may lie behind a symbolic link, have come after its directory
    /// was read, or have been moved by the cleaner. Only then is it carried over.
    /// </summary>
    private async ValueTask<ListingEntry?> RescueAsync(
        byte[] path,
        ListingEntry? recorded,
        RequiredFile required,
        bool isHandedOver,
        CancellationToken cancellationToken
    )
    {
        if (TryStat(source.Tree, path) is { Type: EntryType.File } stat)
        {
            if (isHandedOver)
            {
                source.Notes.BrokenTrust(path);
            }

            Rescued++;
            if (IsUnchanged(recorded, stat) && await inheritance.HoldsAsync(recorded!.Content!, cancellationToken))
            {
                return recorded;
            }

            if (await TryReadAsync(source.Tree, path, followLinks: true, required, cancellationToken) is { } content)
            {
                return await JudgeAsync(path, content, recorded, required, cancellationToken);
            }

            Rescued--;
        }

        foreach (SourceTree other in source.Elsewhere)
        {
            if (TryStat(other, path) is not { Type: EntryType.File } there)
            {
                continue;
            }

            if (IsUnchanged(recorded, there) && await inheritance.HoldsAsync(recorded!.Content!, cancellationToken))
            {
                Rescued++;
                return recorded;
            }

            if (await TryReadAsync(other, path, followLinks: true, required, cancellationToken) is { } moved)
            {
                Rescued++;
                return await JudgeAsync(path, moved, recorded, required, cancellationToken);
            }
        }

        if (
            recorded is not { IsDirectory: false }
            || !await inheritance.HoldsAsync(recorded.Content!, cancellationToken)
        )
        {
            return null;
        }

        SourceMissing++;
        source.Notes.SourceMissing(path);
        return recorded with { Flags = (recorded.Flags & EntryFlags.Unstable) | EntryFlags.SourceMissing };
    }

    /// <summary>
    /// Content files are written once. One that the dump requires, that the parent set holds in the required size, and
    /// that now has other bytes was changed behind Alfresco's back: the parent's content is what the database means.
    /// </summary>
    private async ValueTask<ListingEntry> JudgeAsync(
        byte[] path,
        CapturedContent content,
        ListingEntry? recorded,
        RequiredFile? required,
        CancellationToken cancellationToken
    )
    {
        bool wasWhole = recorded is { IsDirectory: false } && !recorded.Flags.HasFlag(EntryFlags.Unstable);
        if (
            wasWhole
            && required?.Size is { } size
            && recorded!.Length == size
            && !recorded.Content!.Equals(content.Content)
            && await inheritance.HoldsAsync(recorded.Content, cancellationToken)
        )
        {
            SourceChanged++;
            source.Notes.SourceChanged(path);
            return recorded with { Flags = EntryFlags.SourceChanged };
        }

        if (!content.IsStable)
        {
            Unstable++;
            source.Notes.Unstable(path);
        }

        return source.File(
            path,
            content.Stat,
            content.Content,
            content.IsStable ? EntryFlags.None : EntryFlags.Unstable
        );
    }

    private async ValueTask<CapturedContent?> TryReadAsync(
        SourceTree tree,
        byte[] path,
        bool followLinks,
        RequiredFile? required,
        CancellationToken cancellationToken
    )
    {
        try
        {
            CapturedContent? content = await reader.TryReadAsync(
                tree,
                path,
                followLinks,
                insists: required is not null,
                cancellationToken
            );
            if (content is not null)
            {
                ReadFiles++;
                ReadBytes += content.Content.Length;
            }

            return content;
        }
        catch (SourceUnreadableException)
        {
            source.Notes.Unreadable(path);
            return null;
        }
    }

    private FileStat? TryStat(SourceTree tree, byte[] path)
    {
        try
        {
            return tree.TryStat(path, followLinks: true);
        }
        catch (SourceUnreadableException)
        {
            source.Notes.Unreadable(path);
            return null;
        }
    }
}
