using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// AES-256-GCM over the frames of one blob, with the blob's own key. The associated data binds header, frame number,
/// last-frame flag and blob name, so that nothing can be swapped, cut short or renamed. Not for several threads at
/// once.
/// </summary>
internal sealed class FrameCipher : IDisposable
{
    public const int TagSize = 16;
    private const int NonceSize = 12;

    private readonly AesGcm _aes;
    private readonly byte[] _associated;

    /// <param name="secret">From which the object key is derived.</param>
    /// <param name="recipient">In key mode 2, the public key that it is sealed for; otherwise empty.</param>
    private FrameCipher(
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> recipient,
        ReadOnlySpan<byte> header,
        string blobName
    )
    {
        byte[] info = [.. "abf/v1/object"u8, .. header[..ObjectHeader.FixedSize], .. recipient];
        Span<byte> objectKey = stackalloc byte[KeyRing.KeySize];
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            secret,
            objectKey,
            header[ObjectHeader.FixedSize..ObjectHeader.Size],
            info
        );
        _aes = new AesGcm(objectKey, TagSize);
        CryptographicOperations.ZeroMemory(objectKey);

        _associated = new byte[ObjectHeader.Size + 5 + Encoding.UTF8.GetByteCount(blobName)];
        header[..ObjectHeader.Size].CopyTo(_associated);
        Encoding.UTF8.GetBytes(blobName, _associated.AsSpan(ObjectHeader.Size + 5));
    }

    /// <summary>The header that stands at the start of the blob.</summary>
    public ReadOnlySpan<byte> Header => _associated.AsSpan(0, ObjectHeader.Size);

    /// <summary>For a new blob: draws a fresh salt, or a fresh pair.</summary>
    public static FrameCipher Create(KeyRing keys, ObjectType type, string blobName)
    {
        KeyClass keyClass = KeyClasses.Of(type);
        uint generation = keys.CurrentGeneration(keyClass);
        Span<byte> header = stackalloc byte[ObjectHeader.Size];
        ReadOnlySpan<byte> publicKey = keys.PublicKeyOf(keyClass, generation);
        if (publicKey.IsEmpty)
        {
            Span<byte> salt = stackalloc byte[ObjectHeader.KeyMaterialSize];
            RandomNumberGenerator.Fill(salt);
            ObjectHeader.Write(header, type, ObjectHeader.SaltMode, generation, keys.Repository, salt);
            return new FrameCipher(ClassKeyOf(keys, keyClass, generation, blobName), [], header, blobName);
        }

        (byte[] ephemeral, byte[] shared) = KeyPair.Send(publicKey);
        ObjectHeader.Write(header, type, ObjectHeader.PairMode, generation, keys.Repository, ephemeral);
        return FromShared(keys, shared, publicKey, header, blobName);
    }

    /// <summary>For a stored blob, from its first <see cref="ObjectHeader.Size"/> bytes.</summary>
    public static FrameCipher Open(KeyRing keys, ObjectType type, string blobName, ReadOnlySpan<byte> header)
    {
        uint generation = ObjectHeader.Check(header, blobName, type, keys.Repository);
        ReadOnlySpan<byte> key = ClassKeyOf(keys, KeyClasses.Of(type), generation, blobName);
        if (header[7] == ObjectHeader.SaltMode)
        {
            return new FrameCipher(key, [], header, blobName);
        }

        (byte[] shared, byte[] recipient) =
            KeyPair.TryReceive(key, header[ObjectHeader.FixedSize..ObjectHeader.Size])
            ?? throw Damage.In(blobName, "its key material is no public key");
        return FromShared(keys, shared, recipient, header, blobName);
    }

    /// <summary>
    /// What only holders of the repository's keys have goes in as well: a public key alone makes no object that
    /// authenticates.
    /// </summary>
    private static FrameCipher FromShared(
        KeyRing keys,
        byte[] shared,
        ReadOnlySpan<byte> recipient,
        ReadOnlySpan<byte> header,
        string blobName
    )
    {
        byte[] secret = [.. shared, .. keys.DeriveFromChunkKey("abf/v1/sender", KeyRing.KeySize)];
        CryptographicOperations.ZeroMemory(shared);
        try
        {
            return new FrameCipher(secret, recipient, header, blobName);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static ReadOnlySpan<byte> ClassKeyOf(KeyRing keys, KeyClass keyClass, uint generation, string blobName) =>
        keys.TryGet(keyClass, generation, out ReadOnlySpan<byte> key) ? key
        : keyClass == KeyClass.Content && keys.WritesOnly ? throw WriteOnly.Fault($"'{blobName}' cannot be opened")
        : throw Damage.In(
            blobName,
            $"it names generation {generation} of the {KeyClasses.NameOf(keyClass)} key, which the config does not hold"
        );

    /// <summary>
    /// Encrypts a payload in place and appends the tag: <paramref name="frame"/> is the payload and
    /// <see cref="TagSize"/> bytes of room.
    /// </summary>
    public void Seal(uint number, bool last, Span<byte> frame)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        Bind(number, last, nonce);
        Span<byte> payload = frame[..^TagSize];
        _aes.Encrypt(nonce, payload, payload, frame[^TagSize..], _associated);
    }

    /// <summary>
    /// Opens a sealed frame into <paramref name="payload"/>, which is <see cref="TagSize"/> bytes shorter, and may be
    /// the beginning of the frame itself. False: it does not authenticate.
    /// </summary>
    public bool TryOpen(uint number, bool last, ReadOnlySpan<byte> frame, Span<byte> payload)
    {
        if (frame.Length < TagSize)
        {
            return false;
        }

        Span<byte> nonce = stackalloc byte[NonceSize];
        Bind(number, last, nonce);
        try
        {
            _aes.Decrypt(nonce, frame[..^TagSize], frame[^TagSize..], payload, _associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _aes.Dispose();

    private void Bind(uint number, bool last, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, number);
        BinaryPrimitives.WriteUInt32LittleEndian(_associated.AsSpan(ObjectHeader.Size), number);
        _associated[ObjectHeader.Size + 4] = last ? (byte)1 : (byte)0;
    }
}
