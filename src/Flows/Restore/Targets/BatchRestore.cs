using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// Restores a batch of entries that stand one after the other in the listing. First it is looked what is there, then
/// the chunks of the files that are not are read in the order of the packs, some requests at once, and each file is
/// written as its chunk comes by. A file of several chunks is written by itself. Thread-safe.
/// </summary>
/// <param name="repair">Looks at what is there, where the target holds a damaged installation; else null.</param>
internal sealed class BatchRestore(
    TargetTree target,
    IChunkSource chunks,
    ChunkClass chunkClass,
    FileRestore files,
    RepairLook? repair = null
)
{
    /// <summary>A file that is longer is not read together with others.</summary>
    private const long MaxTogether = 4 << 20;

    /// <summary>While one waits for the store or the disk, the others open and write.</summary>
    private const int GroupsAtOnce = 3;

    // Each of several streams holds a chunk of 16 MiB, sealed and open.
    private static readonly SemaphoreSlim Streams = new(2);

    /// <summary>Told of the files that are in place before any is read from the store, and their bytes.</summary>
    public Action<long, long> TellFound { get; init; } = static (_, _) => { };

    /// <summary>Told of files that were written, and their bytes, as they come; from several threads.</summary>
    public Action<long, long> TellWritten { get; init; } = static (_, _) => { };

    /// <summary>
    /// Asked between two requests, once something was written: a batch that is broken off is begun anew, and what is in
    /// place is found there.
    /// </summary>
    public Func<bool> IsTimeUp { get; init; } = static () => false;

    public async Task<RestoredBatch> RunAsync(IReadOnlyList<ListingEntry> batch, CancellationToken cancellationToken)
    {
        var done = new RestoredBatch();
        List<ListingEntry> large = [];
        List<ListingEntry> small = [];
        await LookAsync(batch, done, small, large, cancellationToken);
        TellFound(done.Files, done.Bytes);
        ChunkId[] ids = [.. small.Select(static file => file.Content!.Chunks[0])];
        await Parallel.ForEachAsync(
            chunks.Arrange(ids),
            new ParallelOptions { MaxDegreeOfParallelism = GroupsAtOnce, CancellationToken = cancellationToken },
            async (group, stop) =>
            {
                if (!IsBrokenOff(done))
                {
                    await WriteAsync(group, ids, small, large, done, stop);
                }
            }
        );
        foreach (ListingEntry entry in large.TakeWhile(_ => !IsBrokenOff(done)))
        {
            await StreamAsync(entry, done, cancellationToken);
        }

        return done;
    }

    private bool IsBrokenOff(RestoredBatch done)
    {
        lock (done)
        {
            return done.IsBrokenOff |= done.HasProgress && IsTimeUp();
        }
    }

    private async ValueTask WriteAsync(
        IReadOnlyList<int> group,
        ChunkId[] ids,
        List<ListingEntry> small,
        List<ListingEntry> large,
        RestoredBatch done,
        CancellationToken cancellationToken
    )
    {
        using var directories = new OpenDirectories(target);
        List<ListingEntry> written = new(group.Count);
        List<ListingEntry> others = [];
        IReadOnlyList<int> notRead = await chunks.ReadManyAsync(
            [.. group.Select(number => ids[number])],
            chunkClass,
            (at, content) =>
            {
                ListingEntry entry = small[group[at]];
                if (content.Length == entry.Length)
                {
                    files.Write(directories.Open(entry.Directory()), entry, content);
                    written.Add(entry);
                }
                else
                {
                    others.Add(entry);
                }
            },
            cancellationToken
        );
        others.AddRange(notRead.Select(at => small[group[at]]));
        TellWritten(written.Count, written.Sum(static entry => entry.Length));
        lock (done)
        {
            written.ForEach(done.Wrote);
            large.AddRange(others);
        }
    }

    /// <summary>Makes the directories, and finds the files that are still to be written.</summary>
    /// <param name="small">Gets those that are one chunk of moderate length.</param>
    /// <param name="large">Gets the others.</param>
    private async ValueTask LookAsync(
        IReadOnlyList<ListingEntry> batch,
        RestoredBatch done,
        List<ListingEntry> small,
        List<ListingEntry> large,
        CancellationToken cancellationToken
    )
    {
        byte[]? path = null;
        TargetDirectory? directory = null;
        try
        {
            foreach (ListingEntry entry in batch)
            {
                ReadOnlySpan<byte> place = entry.IsDirectory ? entry.Path : entry.Directory();
                if (path is null || !place.SequenceEqual(path))
                {
                    path = place.ToArray();
                    directory?.Dispose();
                    directory = target.OpenDirectory(path);
                }

                if (entry.IsDirectory || !await IsToBeWrittenAsync(directory!, entry, done, cancellationToken))
                {
                    continue;
                }

                if (entry.Content is { Length: 0, Chunks.Length: 0 })
                {
                    files.Write(directory!, entry, []);
                    done.Wrote(entry);
                }
                else if (entry.Content is { Depth: 0, Chunks.Length: 1 } && entry.Length <= MaxTogether)
                {
                    small.Add(entry);
                }
                else
                {
                    large.Add(entry);
                }
            }
        }
        finally
        {
            directory?.Dispose();
        }
    }

    private async ValueTask<bool> IsToBeWrittenAsync(
        TargetDirectory directory,
        ListingEntry entry,
        RestoredBatch done,
        CancellationToken cancellationToken
    )
    {
        if (repair is not null)
        {
            return await IsToBeWrittenAsync(repair, directory, entry, done, cancellationToken);
        }

        if (directory.IsNew || !files.IsDone(directory, entry))
        {
            return true;
        }

        done.Found(entry);
        return false;
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
        await Streams.WaitAsync(cancellationToken);
        try
        {
            if (await files.TryWriteAsync(entry, cancellationToken) is null)
            {
                TellWritten(1, entry.Length);
                done.Wrote(entry);
            }
            else
            {
                done.Lost(entry);
            }
        }
        finally
        {
            Streams.Release();
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

    /// <summary>
    /// Something was written that is found in place when it is begun anew. A look, however long it took, is none of that,
    /// and neither is a file that is lost: both come again.
    /// </summary>
    public bool HasProgress { get; private set; }

    /// <summary>Some of its files are left; it is to be begun anew.</summary>
    public bool IsBrokenOff { get; set; }

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
        HasProgress = true;
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
