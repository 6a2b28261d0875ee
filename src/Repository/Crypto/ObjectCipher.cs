using System.Buffers;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// Seals and opens the blobs of a single frame: log entries, indexes, pages, receipts. What was sealed is opened and
/// compared before it is handed out, so that a fault of memory or of the compressor cannot reach the store. Damage, a
/// foreign blob or a wrong key is a <see cref="PermanentException"/> of kind Repository. Thread-safe.
/// </summary>
internal sealed class ObjectCipher(KeyRing keys) : IDisposable
{
    public const int MaxBlobLength = 128 << 20;

    private readonly Lock _gate = new();
    private readonly FrameCodec _codec = new();

    public byte[] Seal(ObjectType type, string blobName, ReadOnlySpan<byte> plain)
    {
        if (plain.Length > FrameCodec.MaxPlainLength)
        {
            throw new PermanentException(
                ErrorKind.Unexpected,
                $"Blob '{blobName}' would hold {plain.Length} bytes; the format allows {FrameCodec.MaxPlainLength}."
            );
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(
            ObjectHeader.Size + FrameCodec.PrefixSize + plain.Length + FrameCipher.TagSize
        );
        try
        {
            using FrameCipher cipher = FrameCipher.Create(keys, type, blobName);
            cipher.Header.CopyTo(buffer);
            int payload;
            lock (_gate)
            {
                payload = _codec.Encode(plain, buffer.AsSpan(ObjectHeader.Size));
            }

            int length = ObjectHeader.Size + payload + FrameCipher.TagSize;
            cipher.Seal(0, last: true, buffer.AsSpan(ObjectHeader.Size, payload + FrameCipher.TagSize));
            byte[] blob = buffer.AsSpan(0, length).ToArray();
            if (!Open(type, blobName, blob).AsSpan().SequenceEqual(plain))
            {
                throw new PermanentException(
                    ErrorKind.Unexpected,
                    $"Blob '{blobName}' does not open to what was sealed. Test this machine's memory."
                );
            }

            return blob;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: false);
        }
    }

    public byte[] Open(ObjectType type, string blobName, ReadOnlyMemory<byte> blob)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(blob.Length);
        try
        {
            blob.CopyTo(buffer);
            return OpenInPlace(type, blobName, buffer.AsSpan(0, blob.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The same without a second buffer: what was in <paramref name="blob"/> is lost.
    /// </summary>
    /// <param name="restores">A blob that opened stands there again afterwards, for who asks for its hash.</param>
    public byte[] OpenInPlace(ObjectType type, string blobName, Span<byte> blob, bool restores = false)
    {
        if (blob.Length is < ObjectHeader.Size + FrameCodec.PrefixSize + FrameCipher.TagSize or > MaxBlobLength)
        {
            throw Damage.In(blobName, $"it is {blob.Length} bytes long");
        }

        using FrameCipher cipher = FrameCipher.Open(keys, type, blobName, blob);
        Span<byte> frame = blob[ObjectHeader.Size..];
        Span<byte> payload = frame[..^FrameCipher.TagSize];
        if (!cipher.TryOpen(0, last: true, frame, payload))
        {
            throw Damage.In(blobName, "it does not authenticate");
        }

        byte[] plain = new byte[FrameCodec.PlainLength(payload, blobName)];
        lock (_gate)
        {
            _codec.Decode(payload, plain, blobName);
        }

        if (restores)
        {
            // The same key, nonce and bytes give the same frame.
            cipher.Seal(0, last: true, frame);
        }

        return plain;
    }

    /// <summary>
    /// In which way the blob claims to be of a newer format than this program reads, or sealed with newer keys, a clause
    /// with what to do; null where it does not. Not authenticated.
    /// </summary>
    public string? NewerThanThis(ObjectType type, ReadOnlySpan<byte> blob) =>
        ObjectHeader.NewerThanThis(blob, type, keys);

    public void Dispose() => _codec.Dispose();
}
