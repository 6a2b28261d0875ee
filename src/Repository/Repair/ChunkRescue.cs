using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>
/// Finds chunks that have no good place, in packs that are bad, in a mirror or in the live installation, and stores them
/// in new packs. What was found stays found, however often the log moves.
/// </summary>
internal sealed class ChunkRescue(BackupRepository repository, RepairOptions options) : IDisposable
{
    /// <summary>
    /// The lowest bad pack, of metadata and of all other classes: these share the ids of chunks, and a chunk may come back
    /// in another of them.
    /// </summary>
    private Dictionary<bool, PackId> _below = [];

    /// <summary>What was stored; nothing in a dry run.</summary>
    public NewPacks Packs { get; private set; } = new(repository);

    public RescuedChunks Chunks { get; private set; } = new();

    /// <summary>
    /// A prune takes what is not named yet for garbage: what it has given up is stored anew, under other names, and so is
    /// what was sealed under older keys.
    /// </summary>
    public void DiscardIfGivenUp(LogState state, StoreListing store)
    {
        if (!Packs.IsWholeIn(state, store))
        {
            Packs.Dispose();
            (Packs, Chunks) = (new NewPacks(repository), new RescuedChunks());
        }
    }

    /// <summary>Those that nobody had so far.</summary>
    public List<WantedChunk> Left(List<WantedChunk> wanted) => [.. wanted.Where(chunk => !Chunks.Contains(chunk.Id))];

    /// <summary>From bad packs in which they are whole, and from the mirror.</summary>
    public async Task RunAsync(
        RepairFindings found,
        RepairSource source,
        StoreListing store,
        CancellationToken cancellationToken
    )
    {
        _below = found
            .Index.Packs.Where(pack => found.BadPacks.ContainsKey(pack.Id))
            .GroupBy(pack => pack.Class is ChunkClass.Metadata)
            .ToDictionary(static packs => packs.Key, static packs => packs.Min(static pack => pack.Id));
        foreach (
            WantedChunk chunk in Left(found.Wanted).OrderBy(chunk => chunk.Packs.Length == 0 ? default : chunk.Packs[0])
        )
        {
            if (
                chunk.Class is { } chunkClass
                && chunk.Packs.Any(store.Packs.ContainsKey)
                && await source.TryReadOwnAsync(chunk.Id, chunkClass, cancellationToken) is { } bytes
            )
            {
                await KeepAsync(chunkClass, chunk.Id, bytes, Origin.Repository, cancellationToken);
            }
            else if (await source.TryReadMirrorAsync(chunk.Id, cancellationToken) is { } mirrored)
            {
                await KeepAsync(mirrored.Class, chunk.Id, mirrored.Bytes, Origin.Mirror, cancellationToken);
            }
        }
    }

    /// <summary>From the files of the live installation that have them still.</summary>
    public async Task RunLiveAsync(
        List<WantedChunk> left,
        ListedFiles files,
        IReadOnlyList<SetSummary> sets,
        CancellationToken cancellationToken
    )
    {
        HashSet<ChunkId> wanted = [.. left.Where(MayBeContent).Select(chunk => chunk.Id)];
        if (options.Live is not { } live || wanted.Count == 0)
        {
            return;
        }

        byte[] buffer = new byte[ChunkLimits.MaxChunkLength];
        await foreach (WantedFile file in files.FindAsync(sets, wanted, cancellationToken))
        {
            foreach ((ChunkId id, long offset, int length) in file.Chunks)
            {
                Memory<byte> bytes = buffer.AsMemory(0, length);
                if (
                    length > 0
                    && !Chunks.Contains(id)
                    && live.Read(file.Root.Name, file.Entry.Path, offset, bytes.Span) == length
                    && repository.ChunkKeys.IdOf(file.Root.Class, bytes.Span) == id
                )
                {
                    await KeepAsync(file.Root.Class, id, bytes, Origin.Live, cancellationToken);
                    wanted.Remove(id);
                }
            }

            if (wanted.Count == 0)
            {
                return;
            }
        }
    }

    public void Dispose() => Packs.Dispose();

    private static bool MayBeContent(WantedChunk chunk) => chunk.Class is not ChunkClass.Metadata;

    private async Task KeepAsync(
        ChunkClass chunkClass,
        ChunkId id,
        ReadOnlyMemory<byte> bytes,
        Origin origin,
        CancellationToken cancellationToken
    )
    {
        if (!options.IsDryRun)
        {
            PackId? below = _below.TryGetValue(chunkClass is ChunkClass.Metadata, out PackId lowest) ? lowest : null;
            await Packs.AddAsync(chunkClass, id, bytes, below, cancellationToken);
        }

        Chunks.Add(id, bytes.Length, origin);
    }
}
