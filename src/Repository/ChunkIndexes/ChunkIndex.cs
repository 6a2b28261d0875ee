using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// Where every chunk is that the sets of a log state may name: all index blobs which the log names, merged into one
/// sorted file in the cache directory. Takes constant memory, whatever the number of chunks. Thread-safe; disposed by
/// its repository.
/// </summary>
public sealed class ChunkIndex : IDisposable
{
    private readonly RowFile _file;
    private readonly RowFile? _rebuilt;
    private readonly bool _replaces;

    /// <param name="indexes">Those that the file was built from.</param>
    internal ChunkIndex(RowFile file, IReadOnlyList<ChunkIndexSummary> indexes)
    {
        (_file, Lost) = (file, []);
        _replaces = indexes.Any(index => !index.Compacted && !index.Replaces.IsDefaultOrEmpty);
    }

    /// <param name="rebuilt">Those of the rows that no index blob names which can be read.</param>
    internal ChunkIndex(RowFile file, RowFile rebuilt, ImmutableArray<LostChunkIndex> lost, int unreadablePacks)
    {
        (_file, _rebuilt, Lost, UnreadablePacks) = (file, rebuilt, lost, unreadablePacks);
    }

    /// <summary>
    /// Index blobs that are lost: what they held was read from the directories of the packs. In the order of the log.
    /// </summary>
    public ImmutableArray<LostChunkIndex> Lost { get; }

    /// <summary>
    /// Index blobs were lost, now or before a backup wrote them anew: a pack that was lost with one is named nowhere.
    /// </summary>
    public bool WasRebuilt => !Lost.IsEmpty || _replaces;

    /// <summary>Packs whose directories could not be read while that was done.</summary>
    public int UnreadablePacks { get; }

    /// <summary>Every pack that an index blob names, those included which are the place of no chunk.</summary>
    public IReadOnlyList<PackEntry> Packs => _file.Packs.ToArray();

    /// <summary>
    /// All places of every chunk, one for each pack that holds it, in order of their ids, read block by block.
    /// </summary>
    public IEnumerable<ChunkPlace> Places => _file.Enumerate();

    /// <summary>Places that no index blob names which can be read.</summary>
    internal IEnumerable<ChunkPlace> Rebuilt => _rebuilt?.Enumerate() ?? [];

    internal long RebuiltCount => _rebuilt?.Count ?? 0;

    /// <summary>
    /// The chunk's place: of several, the one whose index was named by the lowest log entry, then the lowest pack id.
    /// </summary>
    public bool TryFind(ChunkId id, out ChunkPlace place) => _file.TryFind(id, out place);

    /// <summary>The first of the chunk's places whose pack is not lost.</summary>
    public bool TryFind(ChunkId id, LostPacks lost, out ChunkPlace place)
    {
        if (!TryFind(id, out place) || !lost.Contains(place.Pack.Id))
        {
            return place.Length > 0;
        }

        place = Find(id).FirstOrDefault(other => !lost.Contains(other.Pack.Id));
        return place.Length > 0;
    }

    /// <summary>All places of the chunk, the one that counts first.</summary>
    public IReadOnlyList<ChunkPlace> Find(ChunkId id) => _file.Find(id);

    /// <summary>Whether the place is known from the directory of its pack alone.</summary>
    internal bool IsRebuilt(in ChunkPlace place) => _rebuilt is not null && _rebuilt.Find(place.Id).Contains(place);

    /// <summary>
    /// Keeps up to 16 MiB of rows (400,000) in memory, for whoever is about to look up all of them. Before the first look.
    /// </summary>
    internal void HoldIfSmall() => _file.HoldIfSmall();

    public void Dispose()
    {
        _file.Dispose();
        _rebuilt?.Dispose();
    }

    /// <summary>
    /// Takes the cached file where it was built from exactly these index blobs, extends it where it was built from the
    /// first of them, builds it anew otherwise.
    /// </summary>
    internal static async Task<ChunkIndex> LoadAsync(
        SealedBlobs blobs,
        UInt128 repository,
        string cacheDirectory,
        IReadOnlyList<ChunkIndexSummary> indexes,
        CancellationToken cancellationToken
    )
    {
        try
        {
            CacheDirectory.Create(cacheDirectory);
            string path = Path.Combine(cacheDirectory, $"{repository:x32}.chunks");
            UInt128 key = KeyOf(repository, indexes);
            RowFile? cached = RowFile.TryOpen(path);
            if (cached?.Key == key)
            {
                return new ChunkIndex(cached, indexes);
            }

            using (cached)
            {
                bool extends =
                    cached is not null
                    && cached.Members <= indexes.Count
                    && cached.Key == KeyOf(repository, indexes, cached.Members);
                using RowFileBuilder builder = new(cacheDirectory);
                if (extends)
                {
                    builder.Add(cached!, rank: 0);
                }

                await AddAsync(builder, blobs, indexes, extends ? cached!.Members : 0, cancellationToken);
                builder.Build(path, key, indexes.Count);
            }

            RowFile built =
                RowFile.TryOpen(path)
                ?? throw new IOException($"the chunk index that was just written to {path} cannot be read back");
            return new ChunkIndex(built, indexes);
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(cacheDirectory, exception);
        }
    }

    /// <summary>The same in a file without a name, for a single use; the caller disposes it.</summary>
    internal static async Task<ChunkIndex> LoadScratchAsync(
        SealedBlobs blobs,
        string cacheDirectory,
        IReadOnlyList<ChunkIndexSummary> indexes,
        CancellationToken cancellationToken
    )
    {
        try
        {
            CacheDirectory.Create(cacheDirectory);
            using RowFileBuilder builder = new(cacheDirectory);
            await AddAsync(builder, blobs, indexes, 0, cancellationToken);
            return new ChunkIndex(builder.Build(), indexes);
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(cacheDirectory, exception);
        }
    }

    private static async Task AddAsync(
        RowFileBuilder builder,
        SealedBlobs blobs,
        IReadOnlyList<ChunkIndexSummary> indexes,
        int first,
        CancellationToken cancellationToken
    )
    {
        int i = first;
        await foreach (
            (_, ChunkIndexTable rows) in ChunkIndexSequence.ReadAsync(
                blobs,
                [.. indexes.Skip(first)],
                cancellationToken
            )
        )
        {
            // One entry's indexes share a rank, so that the pack id decides between them.
            builder.Add(rows, rank: 1 + IndexOfEntry(indexes, i++));
        }
    }

    private static int IndexOfEntry(IReadOnlyList<ChunkIndexSummary> indexes, int i)
    {
        while (i > 0 && indexes[i - 1].Sequence == indexes[i].Sequence)
        {
            i--;
        }

        return i;
    }

    internal static UInt128 KeyOf(UInt128 repository, IReadOnlyList<ChunkIndexSummary> indexes) =>
        KeyOf(repository, indexes, indexes.Count);

    private static UInt128 KeyOf(UInt128 repository, IReadOnlyList<ChunkIndexSummary> indexes, int count)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> item = stackalloc byte[24];
        item.Clear();
        BinaryPrimitives.WriteUInt128BigEndian(item, repository);
        hash.AppendData(item);
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt128BigEndian(item, indexes[i].Id.Value);
            BinaryPrimitives.WriteInt64BigEndian(item[16..], indexes[i].Sequence);
            hash.AppendData(item);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
    }
}
