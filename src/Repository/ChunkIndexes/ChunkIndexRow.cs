using System.Buffers.Binary;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// A row of 40 bytes: chunk id, number of the pack in a table beside it, frame, frame offset, sealed length, chunk
/// offset, chunk length.
/// </summary>
internal static class ChunkIndexRow
{
    public static void Write(Span<byte> row, in ChunkPlace place, int pack)
    {
        place.Id.Write(row);
        SetPack(row, pack);
        BinaryPrimitives.WriteInt32LittleEndian(row[20..], place.Frame);
        BinaryPrimitives.WriteInt32LittleEndian(row[24..], place.FrameOffset);
        BinaryPrimitives.WriteInt32LittleEndian(row[28..], place.SealedLength);
        BinaryPrimitives.WriteInt32LittleEndian(row[32..], place.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(row[36..], place.Length);
    }

    public static ChunkPlace Read(ReadOnlySpan<byte> row, PackEntry pack) =>
        new(
            Id: ChunkId.Read(row),
            Pack: pack,
            Frame: BinaryPrimitives.ReadInt32LittleEndian(row[20..]),
            FrameOffset: BinaryPrimitives.ReadInt32LittleEndian(row[24..]),
            SealedLength: BinaryPrimitives.ReadInt32LittleEndian(row[28..]),
            Offset: BinaryPrimitives.ReadInt32LittleEndian(row[32..]),
            Length: BinaryPrimitives.ReadInt32LittleEndian(row[36..])
        );

    public static int PackOf(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt32LittleEndian(row[16..]);

    public static void SetPack(Span<byte> row, int pack) => BinaryPrimitives.WriteInt32LittleEndian(row[16..], pack);

    /// <summary>Whether the frame lies within the pack and the chunk within what a frame can hold.</summary>
    public static bool IsSound(ReadOnlySpan<byte> row, int packLength)
    {
        long frame = BinaryPrimitives.ReadUInt32LittleEndian(row[20..]);
        long frameOffset = BinaryPrimitives.ReadUInt32LittleEndian(row[24..]);
        long sealedLength = BinaryPrimitives.ReadUInt32LittleEndian(row[28..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(row[32..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(row[36..]);
        return frame <= ChunkLimits.MaxPackLength
            && frameOffset >= ObjectHeader.Size
            && sealedLength > FrameCodec.PrefixSize + FrameCipher.TagSize
            && frameOffset + sealedLength <= packLength
            && length is >= 1 and <= ChunkLimits.MaxChunkLength
            && offset + length <= ChunkLimits.MaxChunkLength;
    }
}
