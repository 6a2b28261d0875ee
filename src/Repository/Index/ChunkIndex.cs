using System.Buffers.Binary;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// Where every chunk is that the sets of a log state may name: all index blobs which the log names, merged into one sorted file in the cache directory.
/// Takes constant memory, whatever the number of chunks. Thread-safe; disposed by its repository.
/// </summary>
public sealed class ChunkIndex : IDisposable
{
    private readonly RowFile _file;

    private ChunkIndex(RowFile file) => _file = file;

    /// <summary>Rows: a chunk has one for each pack that holds it.</summary>
    public long Count => _file.Count;

    /// <summary>Every pack that an index blob names, those included which are the place of no chunk.</summary>
    public IReadOnlyList<PackEntry> Packs => _file.Packs.ToArray();

    /// <summary>All places of every chunk, in order of their ids, read block by block.</summary>
    public IEnumerable<ChunkPlace> Places => _file.Enumerate();

    internal UInt128 Key => _file.Key;

    /// <summary>The chunk's place: of several, the one whose index was named by the lowest log entry, then the lowest pack id.</summary>
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

    public void Dispose() => _file.Dispose();

    /// <summary>
    /// Takes the cached file where it was built from exactly these index blobs, extends it where it was built from the first of them, builds it anew otherwise.
    /// </summary>
    internal static async Task<ChunkIndex> LoadAsync(
        IBlobStore blobs, IObjectSealer sealer, UInt128 repository, string cacheDirectory, IReadOnlyList<IndexSummary> indexes, CancellationToken cancellationToken)
    {
        try
        {
            CacheDirectory.Create(cacheDirectory);
            string path = Path.Combine(cacheDirectory, $"{repository:x32}.chunks");
            UInt128 key = KeyOf(repository, indexes);
            RowFile? cached = RowFile.TryOpen(path);
            if (cached?.Key == key)
            {
                return new ChunkIndex(cached);
            }

            using (cached)
            {
                bool extends = cached is not null && cached.Members <= indexes.Count && cached.Key == KeyOf(repository, indexes, cached.Members);
                using var builder = new RowFileBuilder(cacheDirectory);
                if (extends)
                {
                    builder.Add(cached!, rank: 0);
                }

                await AddAsync(builder, blobs, sealer, indexes, extends ? cached!.Members : 0, cancellationToken);
                builder.Build(path, key, indexes.Count);
            }

            return new ChunkIndex(RowFile.TryOpen(path) ?? throw new IOException($"the chunk index that was just written to {path} cannot be read back"));
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(cacheDirectory, exception);
        }
    }

    /// <summary>The same in a file without a name, for a single use; the caller disposes it.</summary>
    internal static async Task<ChunkIndex> LoadScratchAsync(
        IBlobStore blobs, IObjectSealer sealer, string cacheDirectory, IReadOnlyList<IndexSummary> indexes, CancellationToken cancellationToken)
    {
        try
        {
            CacheDirectory.Create(cacheDirectory);
            using var builder = new RowFileBuilder(cacheDirectory);
            await AddAsync(builder, blobs, sealer, indexes, 0, cancellationToken);
            return new ChunkIndex(builder.Build());
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(cacheDirectory, exception);
        }
    }

    private static async Task AddAsync(
        RowFileBuilder builder, IBlobStore blobs, IObjectSealer sealer, IReadOnlyList<IndexSummary> indexes, int first, CancellationToken cancellationToken)
    {
        for (int i = first; i < indexes.Count; i++)
        {
            // One entry's indexes share a rank, so that the pack id decides between them.
            int rank = 1 + IndexOfEntry(indexes, i);
            (IndexTable rows, _) = await IndexBlobs.ReadAsync(blobs, sealer, new IndexBlob(indexes[i].Id, indexes[i].Rows), cancellationToken);
            builder.Add(rows, rank);
        }
    }

    private static int IndexOfEntry(IReadOnlyList<IndexSummary> indexes, int i)
    {
        while (i > 0 && indexes[i - 1].Sequence == indexes[i].Sequence)
        {
            i--;
        }

        return i;
    }

    internal static UInt128 KeyOf(UInt128 repository, IReadOnlyList<IndexSummary> indexes) => KeyOf(repository, indexes, indexes.Count);

    private static UInt128 KeyOf(UInt128 repository, IReadOnlyList<IndexSummary> indexes, int count)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
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
