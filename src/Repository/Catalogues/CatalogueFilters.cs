using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// The filters and lists of folders of any catalogues: a path is walked down by one look into them for each of its names,
/// and sets share most of them. Memory is bounded. For one caller at a time.
/// </summary>
internal sealed class CatalogueFilters(IChunkSource chunks)
{
    private const long MaxBytes = 48 << 20;

    private readonly Dictionary<ChunkId, byte[]> _known = [];
    private long _bytes;

    /// <summary>Looks into each once, in no order; those that are not in memory are read with few requests.</summary>
    /// <exception cref="Platform.Errors.PermanentException">Kind Repository: one is lost or damaged.</exception>
    public async Task LookAsync(
        IReadOnlyCollection<ChunkId> ids,
        Action<ChunkId, ReadOnlySpan<byte>> look,
        CancellationToken cancellationToken
    )
    {
        List<ChunkId> unread = [];
        foreach (ChunkId id in ids)
        {
            if (_known.TryGetValue(id, out byte[]? known))
            {
                look(id, known);
            }
            else
            {
                unread.Add(id);
            }
        }

        foreach (ChunkId[] batch in unread.Chunk(CatalogueSegments.Batch))
        {
            IReadOnlyList<int> notRead = await chunks.ReadManyAsync(
                batch,
                ChunkClass.Metadata,
                (number, filter) => look(batch[number], Keep(batch[number], filter.ToArray())),
                cancellationToken
            );
            foreach (ChunkId id in notRead.Select(number => batch[number]))
            {
                look(id, Keep(id, await chunks.ReadChunkAsync(id, ChunkClass.Metadata, cancellationToken)));
            }
        }
    }

    private byte[] Keep(ChunkId id, byte[] filter)
    {
        if (_bytes + filter.Length > MaxBytes)
        {
            _known.Clear();
            _bytes = 0;
        }

        _known[id] = filter;
        _bytes += filter.Length;
        return filter;
    }
}
