using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// Restores a batch of entries that stand one after the other in the listing. First it is looked what is there, then
/// the chunks of the files that are not are read together, in the order of the packs, and each file is written as its
/// chunk comes by. A file of several chunks is written by itself. Thread-safe.
/// </summary>
internal sealed class BatchRestore(TargetTree target, IChunkSource chunks, ChunkClass chunkClass, FileRestore files)
    : IDisposable
{
    // Each of several streams would hold a chunk of 16 MiB, sealed and open.
    private readonly SemaphoreSlim _stream = new(1);

    public async Task<RestoredBatch> RunAsync(IReadOnlyList<ListingEntry> batch, CancellationToken cancellationToken)
    {
        var done = new RestoredBatch();
        var open = new List<TargetDirectory>();
        try
        {
            List<(ListingEntry Entry, TargetDirectory Directory)> small = Look(batch, open, done, out var large);
            IReadOnlyList<int> notRead = await chunks.ReadManyAsync(
                [.. small.Select(file => file.Entry.Content!.Chunks[0])],
                chunkClass,
                (number, content) =>
                {
                    (ListingEntry entry, TargetDirectory directory) = small[number];
                    if (content.Length == entry.Length)
                    {
                        files.Write(directory, entry, content);
                        done.Wrote(entry);
                    }
                    else
                    {
                        large.Add(entry);
                    }
                },
                cancellationToken
            );
            large.AddRange(notRead.Select(number => small[number].Entry));
            foreach (ListingEntry entry in large)
            {
                await StreamAsync(entry, done, cancellationToken);
            }
        }
        finally
        {
            open.ForEach(directory => directory.Dispose());
        }

        return done;
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Makes the directories, and finds the files that are still to be written.</summary>
    /// <param name="open">Gets the directories, which the caller disposes.</param>
    /// <param name="large">The ones that are more than one chunk of moderate length.</param>
    /// <returns>The others.</returns>
    private List<(ListingEntry Entry, TargetDirectory Directory)> Look(
        IReadOnlyList<ListingEntry> batch,
        List<TargetDirectory> open,
        RestoredBatch done,
        out List<ListingEntry> large
    )
    {
        List<(ListingEntry, TargetDirectory)> small = [];
        large = [];
        byte[]? path = null;
        foreach (ListingEntry entry in batch)
        {
            ReadOnlySpan<byte> place = entry.IsDirectory ? entry.Path : entry.Directory();
            if (path is null || !place.SequenceEqual(path))
            {
                path = place.ToArray();
                open.Add(target.OpenDirectory(path));
            }

            if (entry.IsDirectory)
            {
                continue;
            }

            TargetDirectory directory = open[^1];
            if (!directory.IsNew && files.IsDone(directory, entry))
            {
                done.Found(entry);
            }
            else if (entry.Content is { Length: 0, Chunks.Length: 0 })
            {
                files.Write(directory, entry, []);
                done.Wrote(entry);
            }
            else if (entry.Content is { Depth: 0, Chunks.Length: 1 } && entry.Length <= EntryBatches.MaxBytes)
            {
                small.Add((entry, directory));
            }
            else
            {
                large.Add(entry);
            }
        }

        return small;
    }

    private async Task StreamAsync(ListingEntry entry, RestoredBatch done, CancellationToken cancellationToken)
    {
        await _stream.WaitAsync(cancellationToken);
        try
        {
            if (await files.TryWriteAsync(entry, cancellationToken) is null)
            {
                done.Wrote(entry);
            }
            else
            {
                done.Lost(entry);
            }
        }
        finally
        {
            _stream.Release();
        }
    }
}

/// <summary>What became of the files of a batch. For one thread at a time.</summary>
internal sealed class RestoredBatch
{
    /// <summary>Files that are in place, and their bytes.</summary>
    public long Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Of these, the ones that were written now.</summary>
    public long FilesWritten { get; private set; }

    public long BytesWritten { get; private set; }

    public long Losses { get; private set; }

    public void Found(ListingEntry entry) => (Files, Bytes) = (Files + 1, Bytes + entry.Length);

    public void Wrote(ListingEntry entry)
    {
        Found(entry);
        Read(entry);
    }

    public void Lost(ListingEntry entry)
    {
        Losses++;
        Read(entry);
    }

    public void Add(RestoredBatch other)
    {
        Files += other.Files;
        Bytes += other.Bytes;
        FilesWritten += other.FilesWritten;
        BytesWritten += other.BytesWritten;
        Losses += other.Losses;
    }

    private void Read(ListingEntry entry) =>
        (FilesWritten, BytesWritten) = (FilesWritten + 1, BytesWritten + entry.Length);
}
