using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>
/// Checks stretches: reads their segments, looks up a place for every chunk of their files, and their required files
/// in the listing. Thread-safe.
/// </summary>
/// <param name="packFault">Told of each pack that is lost, once, from several threads.</param>
/// <param name="keepsEntries">Whoever gets the result looks up the required files.</param>
internal sealed class StretchCheck(
    IChunkSource chunks,
    ContentCheck contents,
    SoundStretches sound,
    RootStamp root,
    Func<RootStamp, ListingEntry, bool> takes,
    Action<string> packFault,
    bool keepsEntries
)
{
    public async Task<List<VerifiedStretch>> RunAsync(List<Stretch> batch, CancellationToken cancellationToken)
    {
        List<VerifiedStretch> done = new(batch.Count);
        List<(Stretch Stretch, VerifiedStretch Result, UInt128 Key)> toRead = [];
        foreach (Stretch stretch in batch)
        {
            UInt128 key = keepsEntries ? default : stretch.KeyOf(root.Class);
            if (keepsEntries || !sound.TryGet(key, stretch, out VerifiedStretch? result))
            {
                toRead.Add((stretch, result = new VerifiedStretch(), key));
            }

            done.Add(result);
        }

        ChunkId[] ids =
        [
            .. toRead.SelectMany(static read =>
                read.Stretch.Rows.Select(static row => row.Chunk)
                    .Concat(read.Stretch.Required.Select(static row => row.Chunk))
            ),
        ];
        byte[]?[] bytes = new byte[]?[ids.Length];
        await chunks.ReadManyAsync(
            ids,
            ChunkClass.Metadata,
            (number, chunk) => bytes[number] = chunk.ToArray(),
            cancellationToken
        );
        int next = 0;
        foreach ((Stretch stretch, VerifiedStretch result, UInt128 key) in toRead)
        {
            await CheckAsync(stretch, result, bytes.AsMemory(next, stretch.Segments), cancellationToken);
            bytes.AsSpan(next, stretch.Segments).Clear();
            next += stretch.Segments;
            if (!keepsEntries && result.IsSound)
            {
                sound.Add(key, result);
            }
        }

        return done;
    }

    private async Task CheckAsync(
        Stretch stretch,
        VerifiedStretch result,
        ReadOnlyMemory<byte[]?> bytes,
        CancellationToken cancellationToken
    )
    {
        LostSegments lost = new();
        List<ListingEntry> entries = [];
        for (int i = 0; i < stretch.Rows.Count; i++)
        {
            SegmentRow row = stretch.Rows[i];
            try
            {
                // Before it is read: a pack that is lost is said, though the segment stands in another as well.
                await NotePackAsync(row.Chunk, cancellationToken);
                entries.AddRange(
                    ListingReader.Decode(row, await ReadAsync(row.Chunk, bytes.Span[i], cancellationToken))
                );
            }
            catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
            {
                lost.Add(row, exception.Message);
                result.LostSegments.Add((row, exception.Message));
            }
        }

        List<RequiredFile> required = [];
        for (int i = 0; i < stretch.Required.Count; i++)
        {
            RequiredSegment row = stretch.Required[i];
            byte[] plain = await ReadAsync(row.Chunk, bytes.Span[stretch.Rows.Count + i], cancellationToken);
            required.AddRange(RequiredSegmentReader.Decode(row, plain));
        }

        await using IAsyncEnumerator<RequiredFile> files = required
            .ToAsyncEnumerable()
            .GetAsyncEnumerator(cancellationToken);
        RequiredMerge merge = new(files, lost);
        ListingEntry? previous = null;
        foreach (ListingEntry entry in entries)
        {
            ListingOrder.Check(previous, entry, "a listing");
            previous = entry;
            await merge.PassAsync(entry.Path, entry.IsDirectory);
            result.Count(entry, keepsEntries);
            if (
                entry.Content is { } content
                && takes(root, entry)
                && await contents.FindFaultAsync(content, root.Class, packFault, cancellationToken) is { } fault
            )
            {
                result.LostFiles.Add((entry.Path, entry.Length, fault));
            }
        }

        await merge.EndAsync();
        (result.Required, result.Missing) = (merge.Required, merge.Missing);
    }

    /// <summary>The length of a segment stands nowhere, so only its place counts here.</summary>
    private async ValueTask NotePackAsync(ChunkId id, CancellationToken cancellationToken) =>
        await contents.FindFaultAsync(new ContentRef(1, 0, [id]), ChunkClass.Metadata, packFault, cancellationToken);

    private async ValueTask<byte[]> ReadAsync(ChunkId id, byte[]? read, CancellationToken cancellationToken) =>
        read ?? await chunks.ReadChunkAsync(id, ChunkClass.Metadata, cancellationToken);
}
