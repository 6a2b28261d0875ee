using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>Writes the files and directories of one root into an exported file, and names those that are lost.</summary>
/// <param name="canTakeBack">A file that turns out to be lost in its middle can be taken back from the output.</param>
/// <param name="losses">Gets the lost ones.</param>
/// <param name="counts">Gets the others.</param>
internal sealed class RootExport(
    SetReader set,
    RootStamp root,
    LostPacks lostPacks,
    ExportWriter writer,
    bool canTakeBack,
    ExportLosses losses,
    ExportCounts counts
)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var listing = new ReadableListing(
            set.Chunks,
            new RestoreRangeInput(string.Empty, root.Name, root.Listing, root.Class, PathRange.All, Owner: null)
        );
        var reader = new ReadEntries(set.Chunks, root.Class);
        var lostChunks = new LostChunks(set, lostPacks);
        long before = counts.Files + losses.Files;
        await foreach (ReadEntry read in reader.ReadAsync(listing.ReadAsync(cancellationToken), cancellationToken))
        {
            TarEntry entry = EntryOf(read.Entry);
            if (read.Entry.IsDirectory)
            {
                await writer.WriteDirectoryAsync(entry, cancellationToken);
                continue;
            }

            string? why = read.Why;
            if (read.IsLong)
            {
                why =
                    await lostChunks.FindAsync(read.Entry.Content!, root.Class, cancellationToken)
                    ?? await TryWriteLongAsync(read.Entry, cancellationToken);
            }
            else if (why is null)
            {
                await writer.WriteFileAsync(entry, read.Content, cancellationToken);
                counts.Advance(read.Entry.Length);
            }

            if (why is null)
            {
                counts.Files++;
            }
            else
            {
                losses.Add(root.Name, read.Entry.Path, why);
            }
        }

        if (listing.Fault is { } fault)
        {
            // The listing's own stream: what was not named before is nameless.
            long known = counts.Files + losses.Files - before;
            losses.AddUnnamed(root.Name, Math.Max(1, root.Files - known), Damage.WithoutAdvice(fault));
            return;
        }

        await NameLostAsync(listing.Lost, cancellationToken);
    }

    private async Task NameLostAsync(LostSegments segments, CancellationToken cancellationToken)
    {
        if (segments.IsEmpty)
        {
            return;
        }

        string why = $"its part of the listing is lost: {Damage.WithoutAdvice(segments.Why!)}";
        IReadOnlyList<byte[]> names = await segments.NameAsync(set.Chunks, root.Required, cancellationToken);
        foreach (byte[] name in names)
        {
            losses.Add(root.Name, name, why);
        }

        if (segments.Files > names.Count)
        {
            losses.AddUnnamed(root.Name, segments.Files - names.Count, why);
        }
    }

    /// <returns>Why the file is lost, or null.</returns>
    private async Task<string?> TryWriteLongAsync(ListingEntry entry, CancellationToken cancellationToken)
    {
        long bytes = counts.Bytes;
        await using Stream content = set.Chunks.OpenRead(entry.Content!, root.Class);
        if (canTakeBack)
        {
            Exception? fault = await writer.TryWriteFileAsync(
                EntryOf(entry),
                content,
                counts.Advance,
                static e => e is PermanentException { Kind: ErrorKind.Repository },
                cancellationToken
            );
            counts.Bytes = fault is null ? counts.Bytes : bytes;
            return fault is null ? null : Damage.WithoutAdvice(fault.Message);
        }

        try
        {
            await writer.WriteFileAsync(EntryOf(entry), content, counts.Advance, cancellationToken);
            return null;
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"file '{TreePath.Display(entry.Path)}' of {root.Name} is lost in its middle, and what was written of it "
                    + $"cannot be taken back from a pipe: export the set into a file, which leaves it out. {e.Message}",
                e
            );
        }
    }

    private TarEntry EntryOf(ListingEntry entry) =>
        new(
            ExportNames.Of(root.Name, entry.Path),
            entry.IsDirectory,
            entry.Length,
            entry.Mode,
            entry.Owner,
            entry.MtimeNs
        )
        {
            Flags = ExportFlags.Write(entry.Flags),
        };
}
