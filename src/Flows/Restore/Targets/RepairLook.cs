using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>What a damaged installation has in the place of a file.</summary>
internal enum Found
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>The bytes of the set.</summary>
    Same,

    /// <summary>Something else.</summary>
    Differing,
}

/// <summary>
/// Looks what is in the place of a file, by its size and its bytes: a time tells nothing of a damaged one. Thread-safe.
/// </summary>
internal sealed class RepairLook(ContentComparison comparison, RestoreRangeInput root)
{
    /// <returns>With why, where it differs.</returns>
    public async ValueTask<(Found Found, string Why)> LookAsync(
        TargetDirectory directory,
        ListingEntry entry,
        CancellationToken cancellationToken
    )
    {
        if (directory.TryStat(entry.Name()) is not { } there)
        {
            return (Found.Missing, string.Empty);
        }

        if (there.Type != EntryType.File)
        {
            return (
                Found.Differing,
                there.Type switch
                {
                    EntryType.Symlink => "it is a symbolic link",
                    EntryType.Directory => "it is a directory",
                    _ => "it is no file",
                }
            );
        }

        if (there.Size != entry.Length)
        {
            return (Found.Differing, $"it has {there.Size} bytes, and {entry.Length} in the set");
        }

        try
        {
            using SourceFile? file = directory.TryOpenFile(entry.Name());
            return
                file is not null
                && await comparison.IsSameAsync(
                    entry.Content!,
                    root.Class,
                    (buffer, offset) => file.Read(buffer.Span, offset),
                    cancellationToken
                )
                ? (Found.Same, string.Empty)
                : (Found.Differing, "it has other bytes than in the set");
        }
        catch (SourceUnreadableException e)
        {
            return (Found.Differing, $"it cannot be read: {e.Message}");
        }
    }

    /// <summary>Whether what differs is to be replaced. A directory never is: what is in it may be needed.</summary>
    public bool MayReplace(TargetDirectory directory, ListingEntry entry) =>
        root.Overwrite && directory.TryStat(entry.Name()) is not { Type: EntryType.Directory };
}
