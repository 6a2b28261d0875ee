using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>Reads chunks from the repository, and what it lost from a mirror. Thread-safe.</summary>
/// <param name="own">The repository's.</param>
/// <param name="mirror">The index of a mirror, and its chunks; null: there is none.</param>
internal sealed class RepairSource(IChunkSource own, (ChunkIndex Index, IChunkSource Chunks)? mirror) : IChunkSource
{
    public async ValueTask<byte[]> ReadChunkAsync(
        ChunkId id,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await own.ReadChunkAsync(id, chunkClass, cancellationToken);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository && mirror is not null)
        {
            if (await TryReadMirrorAsync(id, cancellationToken) is { } found)
            {
                return found.Bytes;
            }

            throw;
        }
    }

    public ValueTask<IReadOnlyList<int>> ReadManyAsync(
        IReadOnlyList<ChunkId> ids,
        ChunkClass chunkClass,
        Action<int, ReadOnlySpan<byte>> take,
        CancellationToken cancellationToken
    ) => own.ReadManyAsync(ids, chunkClass, take, cancellationToken);

    public Stream OpenRead(ContentRef content, ChunkClass chunkClass) => new ChunkReadStream(this, content, chunkClass);

    /// <summary>The chunk in the repository itself; null where it is lost.</summary>
    public async ValueTask<byte[]?> TryReadOwnAsync(
        ChunkId id,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await own.ReadChunkAsync(id, chunkClass, cancellationToken);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            return null;
        }
    }

    /// <summary>The chunk in the mirror and its class there; null where it is not, or lost as well.</summary>
    public async ValueTask<(ChunkClass Class, byte[] Bytes)?> TryReadMirrorAsync(
        ChunkId id,
        CancellationToken cancellationToken
    )
    {
        if (mirror is not { } other || !other.Index.TryFind(id, out ChunkPlace place))
        {
            return null;
        }

        try
        {
            ChunkClass chunkClass = place.Pack.Class;
            return (chunkClass, await other.Chunks.ReadChunkAsync(id, chunkClass, cancellationToken));
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            return null;
        }
    }
}
