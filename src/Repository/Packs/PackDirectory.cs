using System.Buffers.Binary;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>A frame as the directory of its pack names it; all in bytes.</summary>
internal readonly record struct FrameEntry(int Offset, int SealedLength, int PlainLength);

/// <summary>A chunk as the directory of its pack names it.</summary>
internal readonly record struct DirectoryChunk(ChunkId Id, int Frame, int Offset, int Length);

/// <summary>
/// What a pack says about itself: its frames, and the chunks in them, in the order in which they were added.
/// </summary>
internal sealed class PackDirectory
{
    public const int FrameSize = 12;
    public const int ChunkSize = 28;
    public const int TrailerSize = 16;

    public List<FrameEntry> Frames { get; } = [];

    public List<DirectoryChunk> Chunks { get; } = [];

    public static ReadOnlySpan<byte> TrailerMagic => "ABFE"u8;

    public int EncodedLength => LengthOf(Frames.Count, Chunks.Count);

    /// <summary>Plain bytes of a directory of so many.</summary>
    public static int LengthOf(int frames, int chunks) => 8 + (frames * FrameSize) + (chunks * ChunkSize);

    public IEnumerable<ChunkPlace> PlacesIn(PackEntry pack) => Chunks.Select(chunk => PlaceOf(chunk, pack));

    public ChunkPlace PlaceOf(DirectoryChunk chunk, PackEntry pack)
    {
        FrameEntry frame = Frames[chunk.Frame];
        return new ChunkPlace(
            Id: chunk.Id,
            Pack: pack,
            Frame: chunk.Frame,
            FrameOffset: frame.Offset,
            SealedLength: frame.SealedLength,
            Offset: chunk.Offset,
            Length: chunk.Length
        );
    }

    public void Encode(Span<byte> plain)
    {
        BinaryPrimitives.WriteInt32LittleEndian(plain, Frames.Count);
        int position = 4;
        foreach (FrameEntry frame in Frames)
        {
            BinaryPrimitives.WriteInt32LittleEndian(plain[position..], frame.Offset);
            BinaryPrimitives.WriteInt32LittleEndian(plain[(position + 4)..], frame.SealedLength);
            BinaryPrimitives.WriteInt32LittleEndian(plain[(position + 8)..], frame.PlainLength);
            position += FrameSize;
        }

        BinaryPrimitives.WriteInt32LittleEndian(plain[position..], Chunks.Count);
        position += 4;
        foreach (DirectoryChunk chunk in Chunks)
        {
            chunk.Id.Write(plain[position..]);
            BinaryPrimitives.WriteInt32LittleEndian(plain[(position + 16)..], chunk.Frame);
            BinaryPrimitives.WriteInt32LittleEndian(plain[(position + 20)..], chunk.Offset);
            BinaryPrimitives.WriteInt32LittleEndian(plain[(position + 24)..], chunk.Length);
            position += ChunkSize;
        }
    }

    /// <summary>
    /// Reads authenticated plain bytes: frames follow each other from the header to <paramref name="end"/>, chunks lie
    /// within their frames.
    /// </summary>
    public static PackDirectory Decode(ReadOnlySpan<byte> plain, int end, string blobName)
    {
        PackDirectory directory = new();
        int position = 0;
        int frames = ReadCount(plain, ref position, FrameSize, blobName);
        int expected = ObjectHeader.Size;
        for (int i = 0; i < frames; i++, position += FrameSize)
        {
            int offset = BinaryPrimitives.ReadInt32LittleEndian(plain[position..]);
            int sealedLength = BinaryPrimitives.ReadInt32LittleEndian(plain[(position + 4)..]);
            int plainLength = BinaryPrimitives.ReadInt32LittleEndian(plain[(position + 8)..]);
            if (
                offset != expected
                || sealedLength <= FrameCipher.TagSize
                || sealedLength > end - offset
                || plainLength is < 0 or > ChunkLimits.MaxChunkLength
            )
            {
                throw Damage.In(blobName, $"frame {i} does not follow the one before it");
            }

            expected += sealedLength;
            directory.Frames.Add(new FrameEntry(offset, sealedLength, plainLength));
        }

        if (expected != end)
        {
            throw Damage.In(blobName, "its frames do not reach its directory");
        }

        int chunks = ReadCount(plain, ref position, ChunkSize, blobName);
        for (int i = 0; i < chunks; i++, position += ChunkSize)
        {
            uint frame = BinaryPrimitives.ReadUInt32LittleEndian(plain[(position + 16)..]);
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(plain[(position + 20)..]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(plain[(position + 24)..]);
            if (
                frame >= (uint)frames
                || length == 0
                || (ulong)offset + length > (ulong)directory.Frames[(int)frame].PlainLength
            )
            {
                throw Damage.In(blobName, $"chunk {i} does not lie within a frame");
            }

            directory.Chunks.Add(
                new DirectoryChunk(ChunkId.Read(plain[position..]), (int)frame, (int)offset, (int)length)
            );
        }

        return position == plain.Length
            ? directory
            : throw Damage.In(blobName, "its directory is followed by something");
    }

    private static int ReadCount(ReadOnlySpan<byte> plain, ref int position, int itemSize, string blobName)
    {
        uint count =
            plain.Length - position >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(plain[position..]) : uint.MaxValue;
        position += 4;
        return count <= (uint)(Math.Max(0, plain.Length - position) / itemSize)
            ? (int)count
            : throw Damage.In(blobName, "its directory ends too early");
    }
}
