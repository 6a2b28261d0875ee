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
/// <param name="repair">Looks at what is there, where the target holds a damaged installation; else null.</param>
internal sealed class BatchRestore(
    TargetTree target,
    IChunkSource chunks,
    ChunkClass chunkClass,
    FileRestore files,
    RepairLook? repair = null
) : IDisposable
{
    // Each of several streams would hold a chunk of 16 MiB, sealed and open.
    private readonly SemaphoreSlim _stream = new(1);

    public async Task<RestoredBatch> RunAsync(IReadOnlyList<ListingEntry> batch, CancellationToken cancellationToken)
    {
        var done = new RestoredBatch();
        var open = new List<TargetDirectory>();
        try
        {
            List<ListingEntry> large = [];
            List<(ListingEntry Entry, TargetDirectory Directory)> small = [];
            await LookAsync(batch, open, done, small, large, cancellationToken);
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
    /// <param name="small">Gets those that are one chunk of moderate length.</param>
    /// <param name="large">Gets the others.</param>
    private async ValueTask LookAsync(
        IReadOnlyList<ListingEntry> batch,
        List<TargetDirectory> open,
        RestoredBatch done,
        List<(ListingEntry Entry, TargetDirectory Directory)> small,
        List<ListingEntry> large,
        CancellationToken cancellationToken
    )
    {
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
            if (repair is not null)
            {
                if (!await IsToBeWrittenAsync(repair, directory, entry, done, cancellationToken))
                {
                    continue;
                }
            }
            else if (!directory.IsNew && files.IsDone(directory, entry))
            {
                done.Found(entry);
                continue;
            }

            if (entry.Content is { Length: 0, Chunks.Length: 0 })
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
    }

    private static async ValueTask<bool> IsToBeWrittenAsync(
        RepairLook repair,
        TargetDirectory directory,
        ListingEntry entry,
        RestoredBatch done,
        CancellationToken cancellationToken
    )
    {
        (Found found, string why) = await repair.LookAsync(directory, entry, cancellationToken);
        if (found == Found.Same)
        {
            done.Same(entry);
            return false;
        }

        if (found == Found.Differing && !repair.MayReplace(directory, entry))
        {
            // An attempt that was killed may have left this behind.
            directory.Delete(PlacedFile.AsideOf(entry.Name()));
            done.Differs(entry, why);
            return false;
        }

        if (found == Found.Differing)
        {
            done.Replaces(entry);
        }

        return true;
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
    private readonly HashSet<ListingEntry> _replaced = new(ReferenceEqualityComparer.Instance);

    /// <summary>Files that are in place, and their bytes.</summary>
    public long Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Of these, the ones that were written now.</summary>
    public long FilesWritten { get; private set; }

    public long BytesWritten { get; private set; }

    public long Losses { get; private set; }

    /// <summary>Of a repair: files that were not touched.</summary>
    public long SameFiles { get; private set; }

    /// <summary>Of a repair: files that differed, and were replaced.</summary>
    public long Replaced { get; private set; }

    /// <summary>Of a repair: files that differ, and were kept, with why.</summary>
    public List<(string Path, string Why)> Differing { get; } = [];

    public void Same(ListingEntry entry)
    {
        Found(entry);
        SameFiles++;
        Read(entry);
    }

    /// <summary>It counts once it is written.</summary>
    public void Replaces(ListingEntry entry) => _replaced.Add(entry);

    public void Differs(ListingEntry entry, string why)
    {
        Differing.Add((TreePath.Display(entry.Path), why));
        Read(entry);
    }

    public void Found(ListingEntry entry) => (Files, Bytes) = (Files + 1, Bytes + entry.Length);

    public void Wrote(ListingEntry entry)
    {
        Found(entry);
        Read(entry);
        Replaced += _replaced.Contains(entry) ? 1 : 0;
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
        SameFiles += other.SameFiles;
        Replaced += other.Replaced;
        Differing.AddRange(other.Differing);
    }

    private void Read(ListingEntry entry) =>
        (FilesWritten, BytesWritten) = (FilesWritten + 1, BytesWritten + entry.Length);
}
