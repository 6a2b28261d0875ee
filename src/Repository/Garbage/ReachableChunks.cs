using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Sorting;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// Every chunk that some sets reach: of their dumps, catalogues, listings, segments, lists of required files and files, lists of
/// chunks at every depth included. A segment that several sets share is read once. Memory is bounded, but for some 40
/// bytes a segment. Used once: sets are added, then the chunks are read.
/// </summary>
/// <param name="directory">For what does not fit into memory; it exists.</param>
internal sealed class ReachableChunks(BackupRepository repository, IChunkSource chunks, string directory) : IDisposable
{
    /// <summary>In the place of a set: more than one reach the chunk.</summary>
    public const int Several = -1;

    private const int RecordSize = ChunkId.Size + sizeof(int) + 1;
    private const int SegmentsAtOnce = 8;

    private readonly ExternalSort _sort = new(
        directory,
        static (left, right) => left[..ChunkId.Size].SequenceCompareTo(right[..ChunkId.Size])
    );
    private readonly Lock _gate = new();

    /// <summary>
    /// Told of each part that cannot be read, a sentence: what leads on from it is not reached. Without it the first one is
    /// thrown.
    /// </summary>
    public Action<string>? Lost { get; init; }
    private readonly Dictionary<ChunkId, int> _segments = [];

    /// <summary>Follows the sets; a set's number is its place in the list.</summary>
    /// <exception cref="PermanentException">
    /// Repository: a part of a set that leads to others cannot be read, so nobody can tell what it needs.
    /// </exception>
    public async Task AddAsync(IReadOnlyList<SetSummary> sets, CancellationToken cancellationToken)
    {
        for (int number = 0; number < sets.Count; number++)
        {
            try
            {
                SetManifest manifest = await repository.Log.ReadManifestAsync(sets[number], cancellationToken);
                await AddAsync(manifest, number, cancellationToken);
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
            {
                LoseOrThrow($"set {sets[number].Id}", e);
            }
        }

        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = SegmentsAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(
            _segments,
            options,
            async (segment, token) =>
            {
                try
                {
                    await AddSegmentAsync(segment.Key, segment.Value, token);
                }
                catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
                {
                    string whose = segment.Value == Several ? "several sets" : $"set {sets[segment.Value].Id}";
                    LoseOrThrow(whose, e);
                }
            }
        );
    }

    /// <summary>Each chunk once, in order.</summary>
    public IEnumerable<ReachedChunk> ReadSorted()
    {
        ReachedChunk? current = null;
        foreach (ReadOnlyMemory<byte> record in _sort.ReadSorted())
        {
            ChunkId id = ChunkId.Read(record.Span);
            int set = BinaryPrimitives.ReadInt32LittleEndian(record.Span[ChunkId.Size..]);
            bool isNeeded = record.Span[^1] != 0;
            if (current is { } same && same.Id == id)
            {
                current = new ReachedChunk(id, same.Set == set ? set : Several, same.IsNeeded || isNeeded);
                continue;
            }

            if (current is { } done)
            {
                yield return done;
            }

            current = new ReachedChunk(id, set, isNeeded);
        }

        if (current is { } last)
        {
            yield return last;
        }
    }

    public void Dispose() => _sort.Dispose();

    private async Task AddAsync(SetManifest manifest, int number, CancellationToken cancellationToken)
    {
        if (manifest.Database is { } database)
        {
            await AddAsync(database.Dump, number, cancellationToken);
            if (database.Catalogue is { } catalogue)
            {
                await TryAddAsync(CatalogueChunks.WalkAsync(chunks, catalogue, cancellationToken), number);
            }
        }

        foreach (ContentRef shortcut in manifest.Shortcuts)
        {
            await TryAddAsync(chunks.WalkAsync(shortcut, cancellationToken).Select(chunk => chunk.Id), number);
        }

        foreach (RootStamp root in manifest.Roots)
        {
            await AddAsync(root.Listing, number, cancellationToken);
            if (root.DirectoryTable is { } table)
            {
                await TryAddAsync(DirectoriesAsync(table, cancellationToken), number);
            }

            if (root.Required is { } required)
            {
                await AddAsync(required, number, cancellationToken);
            }

            await foreach (
                SegmentRow row in new ListingReader(chunks, root.Listing).ReadRowsAsync(
                    PathRange.All,
                    cancellationToken
                )
            )
            {
                bool isNew = _segments.TryAdd(row.Chunk, number);
                if (!isNew && _segments[row.Chunk] != number)
                {
                    _segments[row.Chunk] = Several;
                }
            }
        }
    }

    private async Task AddAsync(ContentRef content, int number, CancellationToken cancellationToken)
    {
        await foreach ((ChunkId id, _) in chunks.WalkAsync(content, cancellationToken))
        {
            Add(id, number);
        }
    }

    /// <summary>The chunks that a table of directories names, beside those of which it is made.</summary>
    private async IAsyncEnumerable<ChunkId> DirectoriesAsync(
        ContentRef table,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (SegmentDirectories row in DirectoryTable.ReadAsync(chunks, table, cancellationToken))
        {
            if (row.Chunk is { } chunk)
            {
                yield return chunk;
            }
        }
    }

    /// <summary>No restore of the whole set needs them: where they are lost, they hold nothing up.</summary>
    private async Task TryAddAsync(IAsyncEnumerable<ChunkId> shortcut, int number)
    {
        try
        {
            await foreach (ChunkId id in shortcut)
            {
                Add(id, number, isNeeded: false);
            }
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            // The next run, or whoever looks a document up, does without it.
        }
    }

    private async Task AddSegmentAsync(ChunkId id, int number, CancellationToken cancellationToken)
    {
        Add(id, number);
        byte[] segment = await chunks.ReadChunkAsync(id, ChunkClass.Metadata, cancellationToken);
        List<ListingEntry> entries = SegmentDecoder.Decode(segment, $"listing segment {id}");
        foreach (ListingEntry entry in entries)
        {
            if (entry.Content is { } content)
            {
                await AddAsync(content, number, cancellationToken);
            }
        }
    }

    private void Add(ChunkId id, int number, bool isNeeded = true)
    {
        Span<byte> record = stackalloc byte[RecordSize];
        id.Write(record);
        BinaryPrimitives.WriteInt32LittleEndian(record[ChunkId.Size..], number);
        record[^1] = (byte)(isNeeded ? 1 : 0);
        lock (_gate)
        {
            _sort.Add(record);
        }
    }

    private void LoseOrThrow(string whose, PermanentException why)
    {
        if (Lost is null)
        {
            throw Unreadable(whose, why);
        }

        lock (_gate)
        {
            Lost($"A part of {whose} cannot be read: {Damage.WithoutAdvice(why.Message)}");
        }
    }

    private static PermanentException Unreadable(string whose, PermanentException why) =>
        new(
            ErrorKind.Repository,
            $"A part of {whose} cannot be read, so nobody can tell what it needs, and nothing is collected: {why.Message} "
                + "Bring the blob back, or forget the set; 'abf verify' names what is lost.",
            why
        );
}

/// <param name="Set">The number of the one set that reaches the chunk, or <see cref="ReachableChunks.Several"/>.</param>
/// <param name="IsNeeded">False: it only spares the next run work, and may be lost.</param>
internal readonly record struct ReachedChunk(ChunkId Id, int Set, bool IsNeeded);
