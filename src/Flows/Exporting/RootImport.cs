using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>What an import has stored of a root.</summary>
/// <param name="Required">Null where the database requires nothing of it.</param>
internal sealed record ImportedRoot(ExportedRoot Root, ListingSummary Listing, ContentRef? Required);

/// <summary>Stores the files and directories of one root of an exported file, with their listing.</summary>
internal sealed class RootImport(ExportedRoot root, ImportReader reader, RunWriter writer)
{
    /// <summary>Takes the current entry and those behind it, as long as they are of the root.</summary>
    public async Task<ListingSummary> StoreAsync(CancellationToken cancellationToken)
    {
        var listing = new ListingWriter(writer);
        long files = 0;
        long directories = 0;
        long bytes = 0;
        while (reader.Current is { } entry && ExportNames.PathIn(root.Name, entry.Name) is { } path)
        {
            files += entry.IsDirectory ? 0 : 1;
            directories += entry.IsDirectory ? 1 : 0;
            bytes += Math.Min(entry.Size, long.MaxValue - bytes);
            if (files > root.Files || directories > root.Directories || bytes > root.Bytes)
            {
                throw ArchiveFault.Of(
                    $"there is more in its {ExportNames.Data}{root.Name} than its MANIFEST.json says"
                );
            }

            ContentRef? content = null;
            if (entry.IsDirectory)
            {
                await reader.MoveNextAsync(cancellationToken);
            }
            else
            {
                content = await reader.TakeAsync(
                    stream => writer.WriteAsync(root.ChunkClass, stream, cancellationToken),
                    cancellationToken
                );
            }

            await AddAsync(listing, EntryOf(entry, path, content), cancellationToken);
        }

        await using var summary = new ListingRoot(writer);
        foreach (SegmentRow row in await listing.CompleteAsync(cancellationToken))
        {
            await summary.AddAsync(row, cancellationToken);
        }

        return await summary.CompleteAsync(cancellationToken);
    }

    private static ListingEntry EntryOf(TarEntry entry, byte[] path, ContentRef? content) =>
        new(
            path,
            entry.IsDirectory ? EntryFlags.None : ExportFlags.Read(entry.Flags),
            entry.Mode,
            entry.Owner,
            entry.MtimeNs,
            CtimeNs: 0,
            content
        );

    private static async ValueTask AddAsync(
        ListingWriter listing,
        ListingEntry entry,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await listing.AddAsync(entry, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw ArchiveFault.Of(
                $"'{TreePath.Display(entry.Path)}' stands in it twice, out of order, or below a file",
                e
            );
        }
    }
}
