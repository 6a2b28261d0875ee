using System.Buffers.Binary;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// The last 16 bytes of a pack: where its directory stands. A hint, until the directory authenticates.
/// </summary>
internal readonly record struct PackTrailer(int DirectoryAt, int SealedLength, uint Frames)
{
    /// <summary>What does not fit a pack of so many bytes is damage.</summary>
    public static PackTrailer Read(ReadOnlySpan<byte> trailer, int packLength, string blobName)
    {
        uint directoryAt = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        uint sealedLength = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        return
            trailer[12..].SequenceEqual(PackDirectory.TrailerMagic)
            && directoryAt >= ObjectHeader.Size
            && (ulong)directoryAt + sealedLength == (ulong)(packLength - PackDirectory.TrailerSize)
            ? new PackTrailer(
                (int)directoryAt,
                (int)sealedLength,
                BinaryPrimitives.ReadUInt32LittleEndian(trailer[8..])
            )
            : throw Damage.In(blobName, "it does not end with a trailer that fits");
    }

    /// <summary>Opens the sealed directory that the trailer names.</summary>
    public PackDirectory Open(FrameCipher cipher, FrameCodec codec, ReadOnlySpan<byte> sealedDirectory, string blobName)
    {
        byte[] plain = OpenedFrame.Read(
            cipher,
            codec,
            Frames,
            last: true,
            sealedDirectory,
            FrameCodec.MaxPlainLength,
            blobName
        );
        PackDirectory directory = PackDirectory.Decode(plain, DirectoryAt, blobName);
        return (uint)directory.Frames.Count == Frames
            ? directory
            : throw Damage.In(blobName, "its trailer names another number of frames than its directory");
    }
}
