using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>Reads chunks by id; recomputes and checks every id.</summary>
public interface IChunkSource
{
    /// <summary>
    /// The plain bytes of a chunk. Absent or damaged is a <see cref="PermanentException"/> of kind Repository.
    /// </summary>
    ValueTask<byte[]> ReadChunkAsync(ChunkId id, ChunkClass chunkClass, CancellationToken cancellationToken);

    /// <summary>
    /// Reads many chunks with as few requests as it can, in an order of its own. Absent or damaged is no fault here:
    /// <see cref="ReadChunkAsync"/> says why, and looks in other places first.
    /// </summary>
    /// <param name="ids">Of the chunks.</param>
    /// <param name="chunkClass">Of them all.</param>
    /// <param name="take">
    /// Gets the number of an id in <paramref name="ids"/> and the bytes of its chunk, which it may not keep. Called for
    /// one after the other.
    /// </param>
    /// <param name="cancellationToken">Ends it between two requests.</param>
    /// <returns>The numbers of the ids of which nothing was read.</returns>
    ValueTask<IReadOnlyList<int>> ReadManyAsync(
        IReadOnlyList<ChunkId> ids,
        ChunkClass chunkClass,
        Action<int, ReadOnlySpan<byte>> take,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Groups of chunks each of which <see cref="ReadManyAsync"/> reads with one request where it can: for whoever reads
    /// several at once.
    /// </summary>
    /// <param name="ids">Of the chunks.</param>
    /// <returns>Numbers of ids in <paramref name="ids"/>; each stands in one group.</returns>
    IReadOnlyList<IReadOnlyList<int>> Arrange(IReadOnlyList<ChunkId> ids) =>
        ids.Count == 0
            ? []
            :
            [
                [.. Enumerable.Range(0, ids.Count)],
            ];

    /// <summary>A forward-only stream over a reference of any depth.</summary>
    Stream OpenRead(ContentRef content, ChunkClass chunkClass);
}
