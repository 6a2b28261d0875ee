using System.Buffers;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Crypto;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// Opens what was just sealed and compares it with the plain bytes: a fault of memory, cipher or compressor is found
/// while the original is still there. Large frames share one scratch of the process, one after the other, so that
/// several writers do not need 16 MiB more each.
/// </summary>
internal static class FrameProof
{
    /// <summary>A new mapping for each frame costs more than its decryption; up to here arrays are kept.</summary>
    private const int SmallFrame = 4 << 20;

    private static readonly Lock Gate = new();

    public static bool Opens(
        FrameCipher cipher,
        FrameCodec codec,
        uint number,
        bool last,
        ReadOnlySpan<byte> frame,
        ReadOnlySpan<byte> plain,
        string blobName
    )
    {
        if (Math.Max(frame.Length, plain.Length) <= SmallFrame)
        {
            byte[] payload = ArrayPool<byte>.Shared.Rent(frame.Length);
            byte[] decoded = ArrayPool<byte>.Shared.Rent(plain.Length);
            try
            {
                return Opens(cipher, codec, number, last, frame, plain, payload, decoded, blobName);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(payload);
                ArrayPool<byte>.Shared.Return(decoded);
            }
        }

        lock (Gate)
        {
            NativeBuffer payload = new(frame.Length);
            NativeBuffer decoded = new(plain.Length);
            try
            {
                return Opens(cipher, codec, number, last, frame, plain, payload.GetSpan(), decoded.GetSpan(), blobName);
            }
            finally
            {
                payload.Free();
                decoded.Free();
            }
        }
    }

    private static bool Opens(
        FrameCipher cipher,
        FrameCodec codec,
        uint number,
        bool last,
        ReadOnlySpan<byte> frame,
        ReadOnlySpan<byte> plain,
        Span<byte> payload,
        Span<byte> decoded,
        string blobName
    )
    {
        payload = payload[..(frame.Length - FrameCipher.TagSize)];
        if (!cipher.TryOpen(number, last, frame, payload) || FrameCodec.PlainLength(payload, blobName) != plain.Length)
        {
            return false;
        }

        if (FrameCodec.IsStored(payload))
        {
            return payload[FrameCodec.PrefixSize..].SequenceEqual(plain);
        }

        decoded = decoded[..plain.Length];
        codec.Decode(payload, decoded, blobName);
        return decoded.SequenceEqual(plain);
    }
}
