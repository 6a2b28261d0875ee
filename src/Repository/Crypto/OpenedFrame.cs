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
        if (frame.Length < FrameCodec.PrefixSize + FrameCipher.TagSize)
        {
            throw Damage.In(blobName, $"frame {number} is too short");
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(frame.Length);
        try
        {
            Span<byte> payload = buffer.AsSpan(0, frame.Length - FrameCipher.TagSize);
            if (!cipher.TryOpen(number, last, frame, payload))
            {
                throw Damage.In(blobName, $"frame {number} does not authenticate");
            }

            int length = FrameCodec.PlainLength(payload, blobName);
            if (length > maxLength)
            {
                throw Damage.In(blobName, $"frame {number} claims {length} plain bytes");
            }

            byte[] plain = new byte[length];
            codec.Decode(payload, plain, blobName);
            return plain;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
