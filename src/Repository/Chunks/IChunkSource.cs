using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>Reads chunks by id; recomputes and checks every id.</summary>
public interface IChunkSource
{
    /// <summary>
    /// The plain bytes of a chunk. Absent or damaged is a <see cref="PermanentException"/> of kind Repository.
    /// </summary>
    ValueTask<byte[]> ReadChunkAsync(ChunkId id, ChunkClass chunkClass, CancellationToken cancellationToken);

    /// <summary>A forward-only stream over a reference of any depth.</summary>
    Stream OpenRead(ContentRef content, ChunkClass chunkClass);
}
