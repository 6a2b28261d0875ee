using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Documents;

/// <summary>The files of a set by content URL: of each listing one segment is read.</summary>
public sealed class ContentFiles
{
    private readonly IChunkSource _chunks;
    private readonly SetManifest _set;
    private readonly ContentUrlMap _urls;

    public ContentFiles(IChunkSource chunks, SetManifest set)
    {
        (_chunks, _set) = (chunks, set);
        _urls = new ContentUrlMap(
            set.Roots.Select(root => root.Name)
                .Where(name => name.StartsWith(ContentRoot.Stores, StringComparison.Ordinal))
                .Select(name => name[ContentRoot.Stores.Length..])
        );
    }

    /// <summary>Where the bytes are, and their class; null: the set does not have the file.</summary>
    /// <exception cref="PermanentException">Configuration: no set has such a file.</exception>
    public async Task<(ContentRef Content, ChunkClass Class)?> FindAsync(
        string url,
        CancellationToken cancellationToken
    )
    {
        ContentPlace place = _urls.Locate(url);
        if (place.Kind != ContentPlaceKind.File)
        {
            string shown = PlainText.Escape(url);
            throw new PermanentException(
                ErrorKind.Configuration,
                place.Kind switch
                {
                    ContentPlaceKind.NoFile => $"'{shown}' has no file: Alfresco makes its content up",
                    ContentPlaceKind.Outside =>
                        $"'{shown}' lies outside the file system, so that no set has it: look in the backups of that "
                            + "storage",
                    _ => $"'{shown}' is no content URL: it begins with store:// or the name of a store",
                }
            );
        }

        foreach (ContentPlace at in _urls.LookFurther(place).Prepend(place))
        {
            if (
                _set.Roots.FirstOrDefault(root => root.Name == at.Root) is { } root
                && await FindAsync(root, at.Path, cancellationToken) is { } content
            )
            {
                return (content, root.Class);
            }
        }

        return null;
    }

    private async Task<ContentRef?> FindAsync(RootStamp root, byte[] path, CancellationToken cancellationToken)
    {
        ListingReader listing = new(_chunks, root.Listing);
        await foreach (ListingEntry entry in listing.ReadAsync(PathRange.Of(path), cancellationToken))
        {
            if (entry.Content is { } content && entry.Path.AsSpan().SequenceEqual(path))
            {
                return content;
            }
        }

        return null;
    }
}
