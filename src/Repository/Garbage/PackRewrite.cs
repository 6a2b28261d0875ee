using System.Buffers.Binary;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Sorting;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// Writes what is needed of some packs into new ones, pack by pack in the order in which it lay, and index blobs that
/// name these. Nothing counts before a log entry names the index blobs. One pack is in memory at a time.
/// </summary>
/// <remarks>
/// The other place of a chunk may be in a bad pack that stays, and a collector takes the lowest of several: what has one
/// goes into packs whose ids are lower. No others do, or each rewriting would leave less room below.
/// </remarks>
internal sealed class PackRewrite(BackupRepository repository) : IDisposable
{
    private const int LowAt = 1;
    private const int IdAt = LowAt + 1 + sizeof(long);
    private const int PlaceAt = IdAt + PackId.Size;
    private const int ChunkAt = PlaceAt + sizeof(int) + sizeof(int);
    private const int RecordSize = ChunkAt + ChunkId.Size;

    private readonly NewPacks _new = new(repository);

    /// <summary>Packs that were written.</summary>
    public IReadOnlySet<PackId> Packs => _new.Packs;

    /// <summary>Index blobs that have every row of these packs.</summary>
    public IReadOnlyList<ChunkIndexBlob> Indexes => _new.Indexes;

    /// <summary>The rows; null where there are none.</summary>
    public RowFile? Rows => _new.Rows;

    /// <summary>Bytes of the packs.</summary>
    public long Bytes => _new.Bytes;

    /// <inheritdoc cref="NewPacks.IsWholeIn"/>
    public bool IsWholeIn(LogState state, StoreListing store) => _new.IsWholeIn(state, store);

    /// <param name="use">Says which chunks of the packs are needed.</param>
    /// <param name="packs">The packs that are to become garbage.</param>
    /// <param name="stored">
    /// When each was stored: what came together lies together again, and is likely to go together.
    /// </param>
    /// <param name="chunks">Reads them.</param>
    /// <param name="isTimeUp">Asked before each pack but the first.</param>
    /// <returns>
    /// Packs of which something that is needed cannot be read, and why, and those that there was no time for: they must
    /// not become garbage.
    /// </returns>
    public async Task<(IReadOnlyDictionary<PackId, string> Damaged, IReadOnlySet<PackId> Left)> RunAsync(
        PackUse use,
        IReadOnlySet<PackId> packs,
        IReadOnlyDictionary<PackId, DateTimeOffset> stored,
        IChunkSource chunks,
        Func<bool> isTimeUp,
        CancellationToken cancellationToken
    )
    {
        try
        {
            CacheDirectory.Create(repository.CacheDirectory);
            Lower lower = FindLower(use, packs);
            using ExternalSort sort = Sort(use, packs, stored, lower);
            HashSet<PackId> left = [.. packs];
            Dictionary<PackId, string> damaged = await CopyAsync(
                sort.ReadSorted(),
                lower,
                chunks,
                left,
                isTimeUp,
                cancellationToken
            );
            await _new.CompleteAsync(cancellationToken);
            return (damaged, left);
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(repository.CacheDirectory, exception);
        }
    }

    public void Dispose() => _new.Dispose();

    private static Lower FindLower(PackUse use, IReadOnlySet<PackId> packs)
    {
        Lower lower = new([], []);
        foreach ((ChunkPlace place, PackId? lowestOther) in use.Places())
        {
            if (lowestOther is { } other && packs.Contains(place.Pack.Id))
            {
                ChunkClass chunkClass = place.Pack.Class;
                bool isLowest = !lower.Below.TryGetValue(chunkClass, out PackId lowest) || other < lowest;
                lower.Below[chunkClass] = isLowest ? other : lowest;
                lower.Packs.Add(place.Pack.Id);
            }
        }

        return lower;
    }

    /// <summary>
    /// By class, whether the new id is to be a lower one, age, pack and place, so that packs are read from their beginning
    /// to their end.
    /// </summary>
    private ExternalSort Sort(
        PackUse use,
        IReadOnlySet<PackId> packs,
        IReadOnlyDictionary<PackId, DateTimeOffset> stored,
        Lower lower
    )
    {
        ExternalSort sort = new(repository.CacheDirectory, static (left, right) => left.SequenceCompareTo(right));
        Span<byte> record = stackalloc byte[RecordSize];
        foreach ((ChunkPlace place, _) in use.Places())
        {
            if (packs.Contains(place.Pack.Id))
            {
                record[0] = (byte)place.Pack.Class;
                record[LowAt] = (byte)(lower.Packs.Contains(place.Pack.Id) ? 1 : 0);
                BinaryPrimitives.WriteInt64BigEndian(record[(LowAt + 1)..], stored[place.Pack.Id].UtcTicks);
                place.Pack.Id.Write(record[IdAt..]);
                BinaryPrimitives.WriteInt32BigEndian(record[PlaceAt..], place.FrameOffset);
                BinaryPrimitives.WriteInt32BigEndian(record[(PlaceAt + sizeof(int))..], place.Offset);
                place.Id.Write(record[ChunkAt..]);
                sort.Add(record);
            }
        }

        return sort;
    }

    /// <param name="left">Loses the packs that were begun: each is copied as a whole.</param>
    private async Task<Dictionary<PackId, string>> CopyAsync(
        IEnumerable<ReadOnlyMemory<byte>> records,
        Lower lower,
        IChunkSource chunks,
        HashSet<PackId> left,
        Func<bool> isTimeUp,
        CancellationToken cancellationToken
    )
    {
        Dictionary<PackId, string> damaged = [];
        PackId? current = null;
        foreach (ReadOnlyMemory<byte> record in records)
        {
            var chunkClass = (ChunkClass)record.Span[0];
            ChunkId id = ChunkId.Read(record.Span[ChunkAt..]);
            PackId pack = PackId.Read(record.Span[IdAt..]);
            PackId? below = record.Span[LowAt] == 0 ? null : lower.Below[chunkClass];
            if (pack != current && current is not null && isTimeUp())
            {
                break;
            }

            current = pack;
            left.Remove(pack);
            if (
                !damaged.ContainsKey(pack)
                && await TryReadAsync(chunks, id, chunkClass, pack, damaged, cancellationToken) is { } plain
            )
            {
                await _new.AddAsync(chunkClass, id, plain, below, cancellationToken);
            }
        }

        return damaged;
    }

    private static async Task<byte[]?> TryReadAsync(
        IChunkSource chunks,
        ChunkId id,
        ChunkClass chunkClass,
        PackId pack,
        Dictionary<PackId, string> damaged,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await chunks.ReadChunkAsync(id, chunkClass, cancellationToken);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            damaged.Add(pack, e.Message);
            return null;
        }
    }

    /// <summary>Packs with a chunk that has another place as well.</summary>
    /// <param name="Below">By class, the lowest id of these other places.</param>
    private sealed record Lower(HashSet<PackId> Packs, Dictionary<ChunkClass, PackId> Below);
}
