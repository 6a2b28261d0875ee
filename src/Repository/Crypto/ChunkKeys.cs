using System.Buffers.Binary;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// What comes from the chunk key: ids of chunks, the table of cut points and the ends of listing segments. Immutable,
/// thread-safe.
/// </summary>
internal sealed class ChunkKeys(KeyRing keys)
{
    private readonly KeyedHash _content = new(keys.DeriveFromChunkKey("abf/v1/chunk-id/content", KeyRing.KeySize));
    private readonly KeyedHash _metadata = new(keys.DeriveFromChunkKey("abf/v1/chunk-id/metadata", KeyRing.KeySize));
    private readonly KeyedHash _segment = new(keys.DeriveFromChunkKey("abf/v1/segment", KeyRing.KeySize));
    private readonly ulong[] _gear = ReadGear(keys.DeriveFromChunkKey("abf/v1/gear", 256 * sizeof(ulong)));

    /// <summary>256 values, one for each byte.</summary>
    public ReadOnlySpan<ulong> Gear => _gear;

    public ChunkId IdOf(ChunkClass chunkClass, ReadOnlySpan<byte> plain)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Size];
        (chunkClass == ChunkClass.Metadata ? _metadata : _content).Compute(plain, hash);
        return ChunkId.Read(hash);
    }

    public ulong SegmentHash(ReadOnlySpan<byte> path)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Size];
        _segment.Compute(path, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    private static ulong[] ReadGear(byte[] bytes)
    {
        ulong[] gear = new ulong[256];
        for (int i = 0; i < gear.Length; i++)
        {
            gear[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)));
        }

        return gear;
    }
}
