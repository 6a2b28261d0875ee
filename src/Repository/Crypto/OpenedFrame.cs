using System.Buffers;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>From a sealed frame to its plain bytes: authenticate, bound, decode.</summary>
internal static class OpenedFrame
{
    public static byte[] Read(
        FrameCipher cipher,
        FrameCodec codec,
        uint number,
        bool last,
        ReadOnlySpan<byte> frame,
        int maxLength,
        string blobName
    )
    {
        RequireLength(frame, number, blobName);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(frame.Length);
        try
        {
            Span<byte> payload = buffer.AsSpan(0, frame.Length - FrameCipher.TagSize);
            byte[] plain = new byte[OpenPayload(cipher, number, last, frame, payload, maxLength, blobName)];
            codec.Decode(payload, plain, blobName);
            return plain;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The same without a copy: the frame's own bytes are overwritten. What it was stored as lies in them afterwards,
    /// and what has to be decompressed in <paramref name="scratch"/>, a rented array that is exchanged for a longer one
    /// where it is too short; the caller returns it.
    /// </summary>
    public static ReadOnlySpan<byte> ReadInPlace(
        FrameCipher cipher,
        FrameCodec codec,
        uint number,
        Span<byte> frame,
        int maxLength,
        scoped ref byte[] scratch,
        string blobName
    )
    {
        RequireLength(frame, number, blobName);
        Span<byte> payload = frame[..^FrameCipher.TagSize];
        int length = OpenPayload(cipher, number, last: false, frame, payload, maxLength, blobName);
        if (FrameCodec.IsStored(payload) && payload.Length == FrameCodec.PrefixSize + length)
        {
            return payload[FrameCodec.PrefixSize..];
        }

        if (scratch.Length < length)
        {
            ArrayPool<byte>.Shared.Return(scratch);
            scratch = ArrayPool<byte>.Shared.Rent(length);
        }

        Span<byte> plain = scratch.AsSpan(0, length);
        codec.Decode(payload, plain, blobName);
        return plain;
    }

    private static void RequireLength(ReadOnlySpan<byte> frame, uint number, string blobName)
    {
        if (frame.Length < FrameCodec.PrefixSize + FrameCipher.TagSize)
        {
            throw Damage.In(blobName, $"frame {number} is too short");
        }
    }

    /// <returns>How many plain bytes the payload has.</returns>
    private static int OpenPayload(
        FrameCipher cipher,
        uint number,
        bool last,
        ReadOnlySpan<byte> frame,
        Span<byte> payload,
        int maxLength,
        string blobName
    )
    {
        if (!cipher.TryOpen(number, last, frame, payload))
        {
            throw Damage.In(blobName, $"frame {number} does not authenticate");
        }

        int length = FrameCodec.PlainLength(payload, blobName);
        return length <= maxLength ? length : throw Damage.In(blobName, $"frame {number} claims {length} plain bytes");
    }
}
