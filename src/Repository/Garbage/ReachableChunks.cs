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
/// chunks at every depth included. What several sets share is read once. Memory is bounded, but for some 50 bytes a
/// segment or list of chunks and a kilobyte a set. Used once: sets are added, then the chunks are read.
/// </summary>
/// <param name="directory">For what does not fit into memory; it exists.</param>
internal sealed class ReachableChunks(BackupRepository repository, IChunkSource chunks, string directory) : IDisposable
{
    /// <summary>In the place of a set: more than one reach the chunk.</summary>
    public const int Several = -1;

    private const int RecordSize = ChunkId.Size + sizeof(int) + 1;
    private const int AtOnce = 8;

    private readonly ExternalSort _sort = new(
        directory,
        static (left, right) => left[..ChunkId.Size].SequenceCompareTo(right[..ChunkId.Size])
    );
    private readonly Lock _gate = new();

    /// <summary>Each with the number of the set that has it.</summary>
    private readonly Dictionary<Part, int> _parts = [];
    private readonly Dictionary<ChunkId, int> _segments = [];

    /// <summary>Lists of chunks, and how many levels above the chunks they stand.</summary>
    private readonly Dictionary<(ChunkId Id, int Depth), int> _lists = [];

    /// <summary>
    /// Told of each part that cannot be read, a sentence: what leads on from it is not reached. Without it the first one is
    /// thrown.
    /// </summary>
    public Action<string>? Lost { get; init; }

    /// <summary>Follows the sets; a set's number is its place in the list.</summary>
    /// <exception cref="PermanentException">
    /// Repository: a part of a set that leads to others cannot be read, so nobody can tell what it needs.
    /// </exception>
    public async Task AddAsync(IReadOnlyList<SetSummary> sets, CancellationToken cancellationToken)
    {
        await ForEachAsync(
            Enumerable.Range(0, sets.Count).Select(number => (number, number)),
            async (number, _, token) => Note(await repository.Log.ReadManifestAsync(sets[number], token), number)
        );
        await ForEachAsync(_parts.Select(part => (part.Key, part.Value)), AddAsync);
        await ForEachAsync(_segments.Select(segment => (segment.Key, segment.Value)), AddSegmentAsync);
        for (int depth = ContentRef.MaxDepth; depth > 0; depth--)
        {
            // Those below are found on the way.
            (ChunkId Id, int Depth)[] lists = [.. _lists.Keys.Where(list => list.Depth == depth)];
            await ForEachAsync(lists.Select(list => (list, _lists[list])).ToArray(), AddListAsync);
        }

        Task ForEachAsync<T>(IEnumerable<(T Item, int Number)> items, Func<T, int, CancellationToken, Task> follow) =>
            Parallel.ForEachAsync(
                items,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (item, token) =>
                {
                    try
                    {
                        await follow(item.Item, item.Number, token);
                    }
                    catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
                    {
                        LoseOrThrow(item.Number == Several ? "several sets" : $"set {sets[item.Number].Id}", e);
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

    /// <summary>What a set leads to. What several have the same is followed once.</summary>
    private void Note(SetManifest manifest, int number)
    {
        if (manifest.Database is { } database)
        {
            Note(new Part(PartKind.Content, database.Dump), number);
            if (database.Catalogue is { } catalogue)
            {
                Note(new Part(PartKind.Catalogue, catalogue.Table) { Folders = catalogue.Folders }, number);
            }
        }

        foreach (ContentRef shortcut in manifest.Shortcuts)
        {
            Note(new Part(PartKind.Shortcut, shortcut), number);
        }

        foreach (RootStamp root in manifest.Roots)
        {
            Note(new Part(PartKind.Listing, root.Listing), number);
            if (root.DirectoryTable is { } table)
            {
                Note(new Part(PartKind.Directories, table), number);
            }

            if (root.Required is { } required)
            {
                Note(new Part(PartKind.Content, required), number);
            }
        }
    }

    private void Note(Part part, int number)
    {
        lock (_gate)
        {
            NoteIn(_parts, part, number);
        }
    }

    private static void NoteIn<T>(Dictionary<T, int> numbers, T item, int number)
        where T : notnull
    {
        if (!numbers.TryAdd(item, number) && numbers[item] != number)
        {
            numbers[item] = Several;
        }
    }

    private Task AddAsync(Part part, int number, CancellationToken cancellationToken) =>
        part.Kind switch
        {
            PartKind.Catalogue => TryAddAsync(
                CatalogueChunks.WalkAsync(chunks, part.Content, part.Folders, cancellationToken),
                number
            ),
            PartKind.Shortcut => TryAddAsync(
                chunks.WalkAsync(part.Content, cancellationToken).Select(chunk => chunk.Id),
                number
            ),
            PartKind.Directories => TryAddAsync(DirectoriesAsync(part.Content, cancellationToken), number),
            PartKind.Listing => AddListingAsync(part.Content, number, cancellationToken),
            _ => AddContentAsync(part.Content, number),
        };

    private Task AddContentAsync(ContentRef content, int number)
    {
        Add(content, number);
        return Task.CompletedTask;
    }

    private async Task AddListingAsync(ContentRef listing, int number, CancellationToken cancellationToken)
    {
        Add(listing, number);
        await foreach (
            SegmentRow row in new ListingReader(chunks, listing).ReadRowsAsync(PathRange.All, cancellationToken)
        )
        {
            lock (_gate)
            {
                NoteIn(_segments, row.Chunk, number);
            }
        }
    }

    private void Add(ContentRef content, int number)
    {
        foreach (ChunkId id in content.Chunks)
        {
            Add(id, content.Depth, number);
        }
    }

    /// <summary>Sets that share a long content, such as most of a dump, share most of its lists.</summary>
    private async Task AddListAsync((ChunkId Id, int Depth) list, int number, CancellationToken cancellationToken)
    {
        Add(list.Id, number);
        foreach (ChunkId id in await chunks.ReadListAsync(list.Id, cancellationToken))
        {
            Add(id, list.Depth - 1, number);
        }
    }

    /// <param name="depth">0: a chunk; else a list that is followed later.</param>
    private void Add(ChunkId id, int depth, int number)
    {
        if (depth == 0)
        {
            Add(id, number);
            return;
        }

        lock (_gate)
        {
            NoteIn(_lists, (id, depth), number);
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
                Add(content, number);
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

    /// <summary>How a part of a set leads on to chunks.</summary>
    private enum PartKind
    {
        Content,
        Listing,
        Directories,
        Catalogue,
        Shortcut,
    }

    private readonly record struct Part(PartKind Kind, ContentRef Content)
    {
        /// <summary>Of a catalogue: where its lists of folders are.</summary>
        public ContentRef? Folders { get; init; }
    }
}

/// <param name="Set">The number of the one set that reaches the chunk, or <see cref="ReachableChunks.Several"/>.</param>
/// <param name="IsNeeded">False: it only spares the next run work, and may be lost.</param>
internal readonly record struct ReachedChunk(ChunkId Id, int Set, bool IsNeeded);
