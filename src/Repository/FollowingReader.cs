using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// Reads chunks beside prunes: where a chunk is not found where the index said, the log is read on, and the chunk is
/// looked for in the index as it is now. Thread-safe.
/// </summary>
internal sealed class FollowingReader(BackupRepository repository, ChunkIndex index) : IChunkSource
{
    private readonly Lock _gate = new();
    private (ChunkIndex Index, IChunkSource Chunks) _now = (index, repository.CreateReader(index, null));

    public async ValueTask<byte[]> ReadChunkAsync(
        ChunkId id,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            (ChunkIndex seen, IChunkSource chunks) = Now();
            try
            {
                return await chunks.ReadChunkAsync(id, chunkClass, cancellationToken);
            }
            catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
            {
                if (!await HasMovedAsync(seen, cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>What is not where the index said is not read: <see cref="ReadChunkAsync"/> follows it.</summary>
    public ValueTask<IReadOnlyList<int>> ReadManyAsync(
        IReadOnlyList<ChunkId> ids,
        ChunkClass chunkClass,
        Action<int, ReadOnlySpan<byte>> take,
        CancellationToken cancellationToken
    ) => Now().Chunks.ReadManyAsync(ids, chunkClass, take, cancellationToken);

    public IReadOnlyList<IReadOnlyList<int>> Arrange(IReadOnlyList<ChunkId> ids) => Now().Chunks.Arrange(ids);

    public Stream OpenRead(ContentRef content, ChunkClass chunkClass) => new ChunkReadStream(this, content, chunkClass);

    private (ChunkIndex Index, IChunkSource Chunks) Now()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <summary>Whether the index is another one by now.</summary>
    private async Task<bool> HasMovedAsync(ChunkIndex seen, CancellationToken cancellationToken)
    {
        if (Now().Index != seen)
        {
            return true;
        }

        ChunkIndex newer = await repository.LoadIndexAsync(
            (await repository.Log.ReadAsync(cancellationToken)).State,
            cancellationToken
        );
        lock (_gate)
        {
            if (newer != seen && _now.Index == seen)
            {
                _now = (newer, repository.CreateReader(newer, null));
            }
        }

        return newer != seen;
    }
}
