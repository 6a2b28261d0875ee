using AlfrescoBackupFlows.Platform.Streams;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>Stores chunks (deduplicated) and streams.</summary>
public interface IChunkWriter
{
    /// <summary>Stores one chunk of 1 byte to 16 MiB; what is stored already is not stored again.</summary>
    ValueTask<ChunkId> AddChunkAsync(
        ChunkClass chunkClass,
        ReadOnlyMemory<byte> plain,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Opens a stream whose bytes are cut and stored; <see cref="ContentStream.CompleteAsync"/> gives the reference.
    /// </summary>
    ContentStream CreateStream(ChunkClass chunkClass);

    /// <summary>The keyed hash that decides where listing segments end.</summary>
    ulong SegmentHash(ReadOnlySpan<byte> path);
}

/// <summary>A write-only stream into chunks.</summary>
public abstract class ContentStream : WriteOnlyStream
{
    /// <summary>Flushes and returns where the bytes are. Called once, before disposal.</summary>
    public abstract Task<ContentRef> CompleteAsync(CancellationToken cancellationToken);
}
