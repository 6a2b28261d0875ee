namespace AlfrescoBackupFlows.Repository;

/// <summary>The object types of a sealed blob's header.</summary>
internal enum ObjectType : byte
{
    LogEntry = 1,
    Index = 2,
    Page = 3,
    Receipt = 4,
    ContentPack = 5,
    DumpPack = 6,
    IndexPack = 7,
    MetadataPack = 8,
}

/// <summary>Seals and opens the blobs that have a single frame. Damage, a foreign blob or a wrong key is a <see cref="Platform.PermanentException"/> of kind Repository.</summary>
internal interface IObjectSealer
{
    byte[] Seal(ObjectType type, string blobName, ReadOnlySpan<byte> plain);

    byte[] Open(ObjectType type, string blobName, ReadOnlyMemory<byte> blob);

    /// <summary>In which way the blob claims to be of a newer format than this program reads, a clause; null where it does not. Not authenticated.</summary>
    string? NewerThanThis(ObjectType type, ReadOnlySpan<byte> blob);
}

/// <summary>Stores metadata chunks (deduplicated) and streams.</summary>
public interface IMetadataWriter
{
    /// <summary>Stores one chunk of 1 byte to 16 MiB; what is stored already is not stored again.</summary>
    ValueTask<ChunkId> AddChunkAsync(ReadOnlyMemory<byte> plain, CancellationToken cancellationToken);

    /// <summary>Opens a stream whose bytes are cut and stored; <see cref="MetadataStream.CompleteAsync"/> gives the reference.</summary>
    MetadataStream CreateStream();

    /// <summary>The keyed hash that decides where listing segments end.</summary>
    ulong SegmentHash(ReadOnlySpan<byte> path);
}

/// <summary>Reads chunks by id; recomputes and checks every id.</summary>
public interface IChunkSource
{
    /// <summary>The plain bytes of a chunk. Absent or damaged is a <see cref="Platform.PermanentException"/> of kind Repository.</summary>
    ValueTask<byte[]> ReadChunkAsync(ChunkId id, ChunkClass chunkClass, CancellationToken cancellationToken);

    /// <summary>A forward-only stream over a reference of any depth.</summary>
    Stream OpenRead(ContentRef content, ChunkClass chunkClass);
}

/// <summary>A write-only stream into chunks.</summary>
public abstract class MetadataStream : Stream
{
    /// <summary>Flushes and returns where the bytes are. Called once, before disposal.</summary>
    public abstract Task<ContentRef> CompleteAsync(CancellationToken cancellationToken);
}
