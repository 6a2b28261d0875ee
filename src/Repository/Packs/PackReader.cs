using System.Buffers;
using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>What a pack holds, after everything in it was opened and every chunk id recomputed.</summary>
/// <param name="Chunks">In the order of the pack's own directory.</param>
public sealed record PackContents(PackEntry Pack, ImmutableArray<ChunkPlace> Chunks);

/// <summary>
/// Reads whole packs, for a check of all data and for rebuilding an index. Whatever does not fit is damage that names
/// the pack.
/// </summary>
internal sealed class PackReader(IBlobStore blobs, KeyRing keys, ChunkKeys chunkKeys)
{
    public const int ShortestPack =
        ObjectHeader.Size + FrameCodec.PrefixSize + 8 + FrameCipher.TagSize + PackDirectory.TrailerSize;

    public async Task<PackContents> ReadAsync(PackEntry pack, CancellationToken cancellationToken)
    {
        string name = pack.Id.BlobName;
        if (pack.Length is < ShortestPack or > ChunkLimits.MaxPackLength)
        {
            throw Damage.In(name, $"a pack cannot have {pack.Length} bytes");
        }

        // One byte more than there should be: a longer blob is damage as well.
        NativeBuffer buffer = await RangeBuffers.RentAsync(pack.Length + 1, cancellationToken);
        try
        {
            Memory<byte> bytes = buffer.Memory[..(pack.Length + 1)];
            int read = await blobs.ReadAsync(name, 0, bytes, cancellationToken) ?? throw Damage.Missing(name);
            return read == pack.Length
                ? Check(pack, name, bytes.Span[..read])
                : throw Damage.In(name, $"it does not have the {pack.Length} bytes that the index names");
        }
        finally
        {
            RangeBuffers.Return(buffer);
        }
    }

    /// <param name="bytes">Of the pack; frames are opened where they stand.</param>
    private PackContents Check(PackEntry pack, string name, Span<byte> bytes)
    {
        using FrameCipher cipher = FrameCipher.Open(keys, (ObjectType)pack.Class, name, bytes);
        using FrameCodec codec = new();
        PackTrailer trailer = PackTrailer.Read(bytes[^PackDirectory.TrailerSize..], bytes.Length, name);
        PackDirectory directory = trailer.Open(
            cipher,
            codec,
            bytes.Slice(trailer.DirectoryAt, trailer.SealedLength),
            name
        );
        return new PackContents(pack, CheckChunks(pack, name, bytes, directory, cipher, codec));
    }

    private ImmutableArray<ChunkPlace> CheckChunks(
        PackEntry pack,
        string name,
        Span<byte> bytes,
        PackDirectory directory,
        FrameCipher cipher,
        FrameCodec codec
    )
    {
        ImmutableArray<ChunkPlace>.Builder places = ImmutableArray.CreateBuilder<ChunkPlace>(directory.Chunks.Count);
        int current = -1;
        byte[] scratch = [];
        ReadOnlySpan<byte> plain = [];
        try
        {
            foreach (DirectoryChunk chunk in directory.Chunks)
            {
                if (chunk.Frame < current)
                {
                    throw Damage.In(name, "its directory does not name its chunks in the order of their frames");
                }

                for (; current < chunk.Frame; current++)
                {
                    plain = OpenFrame(directory, current + 1, name, bytes, cipher, codec, ref scratch);
                }

                if (chunkKeys.IdOf(pack.Class, plain.Slice(chunk.Offset, chunk.Length)) != chunk.Id)
                {
                    throw Damage.In(name, $"chunk {chunk.Id} does not have the bytes that its id says");
                }

                places.Add(directory.PlaceOf(chunk, pack));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }

        return current == directory.Frames.Count - 1
            ? places.ToImmutable()
            : throw Damage.In(name, "it has frames without chunks");
    }

    private static ReadOnlySpan<byte> OpenFrame(
        PackDirectory directory,
        int number,
        string name,
        Span<byte> bytes,
        FrameCipher cipher,
        FrameCodec codec,
        scoped ref byte[] scratch
    )
    {
        FrameEntry frame = directory.Frames[number];
        ReadOnlySpan<byte> plain = OpenedFrame.ReadInPlace(
            cipher,
            codec,
            (uint)number,
            bytes.Slice(frame.Offset, frame.SealedLength),
            ChunkLimits.MaxChunkLength,
            ref scratch,
            name
        );
        return plain.Length == frame.PlainLength
            ? plain
            : throw Damage.In(name, $"frame {number} has another length than the directory names");
    }
}
