using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <param name="Files">Files in the listing.</param>
/// <param name="Bytes">Of these files.</param>
/// <param name="Required">Required files.</param>
/// <param name="Missing">Of these, the ones that the listing does not have.</param>
/// <param name="Lost">Files that do not restore.</param>
/// <param name="LostBytes">Of these files.</param>
internal sealed record VerifiedRoot(long Files, long Bytes, long Required, long Missing, long Lost, long LostBytes);

/// <summary>
/// Checks one root of a set in one pass over its listing and its list of required files: every chunk has a place, the
/// totals are those of the manifest, every required file is there.
/// </summary>
internal sealed class RootCheck(
    IChunkSource chunks,
    ContentCheck contents,
    Findings findings,
    Func<RootStamp, ListingEntry, bool> takes
)
{
    public async Task<VerifiedRoot> RunAsync(SetManifest manifest, RootStamp root, CancellationToken cancellationToken)
    {
        long files = 0;
        long directories = 0;
        long bytes = 0;
        long required = 0;
        long missing = 0;
        long lost = 0;
        long lostBytes = 0;
        LostSegments segments = new();
        try
        {
            await CheckStreamsAsync(manifest.Id, root, cancellationToken);
            IAsyncEnumerable<RequiredFile> list = root.Required is null
                ? AsyncEnumerable.Empty<RequiredFile>()
                : new RequiredListReader(chunks, root.Required).ReadAsync(cancellationToken);
            await using IAsyncEnumerator<RequiredFile> next = list.GetAsyncEnumerator(cancellationToken);
            bool more = await next.MoveNextAsync();
            ListingReader listing = new(chunks, root.Listing) { Lost = segments.Add };
            await foreach (ListingEntry entry in listing.ReadAsync(cancellationToken))
            {
                for (; more && PathOrder.Compare(next.Current.Path, entry.Path) < 0; more = await next.MoveNextAsync())
                {
                    required++;
                    missing += segments.Covers(next.Current.Path) ? 0 : 1;
                }

                for (; more && next.Current.Path.AsSpan().SequenceEqual(entry.Path); more = await next.MoveNextAsync())
                {
                    required++;
                    missing += entry.IsDirectory ? 1 : 0;
                }

                (files, directories) = entry.IsDirectory ? (files, directories + 1) : (files + 1, directories);
                bytes += entry.Length;
                if (
                    entry.Content is { } content
                    && takes(root, entry)
                    && await contents.FindFaultAsync(content, root.Class, OfPack, cancellationToken) is { } fault
                )
                {
                    lost++;
                    lostBytes += entry.Length;
                    SayLost(entry.Path, fault);
                }
            }

            for (; more; more = await next.MoveNextAsync())
            {
                required++;
                missing += segments.Covers(next.Current.Path) ? 0 : 1;
            }

            if (!segments.IsEmpty)
            {
                lost += segments.Files;
                lostBytes += segments.Bytes;
                await SayLostAsync(segments);
            }
            else if (
                (files, directories, bytes, required) != (root.Files, root.Directories, root.Bytes, root.RequiredFiles)
            )
            {
                findings.Error(
                    manifest.Id,
                    $"The listing of {root.Name} has {files} files, {directories} directories, {bytes} bytes and "
                        + $"{required} required files; the manifest says {root.Files}, {root.Directories}, "
                        + $"{root.Bytes} and {root.RequiredFiles}."
                );
            }
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // The listing's own stream: without it nobody knows where its files begin.
            (lost, lostBytes) = (root.Files, root.Bytes);
            findings.Error(
                manifest.Id,
                $"Root {root.Name} does not restore, none of its {root.Files} files: {exception.Message}"
            );
        }

        return new VerifiedRoot(files, bytes, required, missing, lost, lostBytes);

        void OfPack(string fault) => findings.Error(manifest.Id, fault);

        void SayLost(byte[] path, string why) => findings.LostFile(manifest.Id, root, path, why);

        async Task SayLostAsync(LostSegments segments)
        {
            string why = segments.Why!.TrimEnd('.');
            IReadOnlyList<byte[]> names = await segments.NameAsync(chunks, root.Required, cancellationToken);
            findings.Error(
                manifest.Id,
                $"{segments.Count} parts of the listing of {root.Name} are lost, with them {segments.Files} files of "
                    + $"which {names.Count} are known by name: {why}."
            );
            foreach (byte[] name in names)
            {
                SayLost(name, "its part of the listing is lost");
            }
        }
    }

    /// <summary>
    /// Notes every pack that the root's own streams need; their bytes are read by the pass over the entries.
    /// </summary>
    private async Task CheckStreamsAsync(RunId set, RootStamp root, CancellationToken cancellationToken)
    {
        (ContentRef? Stream, string What)[] streams =
        [
            (root.Listing, "listing"),
            (root.Required, "list of required files"),
        ];
        foreach ((ContentRef? stream, string what) in streams)
        {
            if (stream is not null && await FindFaultAsync(set, stream, cancellationToken) is { } fault)
            {
                findings.Error(set, $"The {what} of {root.Name} cannot be read: {fault}.");
            }
        }

        ListingReader listing = new(chunks, root.Listing);
        await foreach (SegmentRow row in listing.ReadRowsAsync(PathRange.All, cancellationToken))
        {
            // The length of a segment stands nowhere, so only its place counts here.
            await FindFaultAsync(set, new ContentRef(1, 0, [row.Chunk]), cancellationToken);
        }
    }

    private ValueTask<string?> FindFaultAsync(RunId set, ContentRef stream, CancellationToken cancellationToken) =>
        contents.FindFaultAsync(stream, ChunkClass.Metadata, fault => findings.Error(set, fault), cancellationToken);
}
