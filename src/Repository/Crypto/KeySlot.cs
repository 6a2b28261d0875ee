using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// Wraps and unwraps the repository's keys with a passphrase. Each key is wrapped by itself, so that slots can hold
/// fewer of them later.
/// </summary>
internal static class KeySlot
{
    public const int MaxSlots = 64;
    public const int MaxKeys = 256;
    public const string PassphraseType = "passphrase";

    private const int WrappedSize = KeyRing.KeySize + FrameCipher.TagSize;

    /// <summary>A new slot with a random id and salt.</summary>
    public static SlotDocument Create(
        KeyRing keys,
        Secret passphrase,
        string name,
        KdfDocument parameters,
        DateTimeOffset now
    ) => Wrap(keys, passphrase, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), name, parameters, now);

    /// <summary>The same slot with other keys, and with a salt of its own.</summary>
    public static SlotDocument WrapAgain(SlotDocument slot, KeyRing keys, Secret passphrase) =>
        Wrap(keys, passphrase, slot.Id, slot.Name, slot.Kdf, slot.Created);

    private static SlotDocument Wrap(
        KeyRing keys,
        Secret passphrase,
        string id,
        string name,
        KdfDocument parameters,
        DateTimeOffset created
    )
    {
        KdfDocument kdf = parameters with { Salt = RandomNumberGenerator.GetBytes(KeyDerivation.SaltSize) };
        byte[] wrapping = Derive(passphrase, kdf);
        try
        {
            ImmutableArray<WrappedKeyDocument> wrapped =
            [
                .. keys.Keys.Select(key => new WrappedKeyDocument(
                    KeyClasses.NameOf(key.Class),
                    key.Generation,
                    Wrap(wrapping, kdf.Salt, keys.Repository, id, key)
                )),
            ];
            return new SlotDocument(id, name, created, PassphraseType, kdf, wrapped);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wrapping);
        }
    }

    /// <summary>Whether nothing in a slot that was read is null, and its number of keys can be.</summary>
    public static bool IsComplete(SlotDocument? slot) =>
        slot is { Id: not null, Kdf: { Name: not null, Salt: not null }, Keys: { IsDefaultOrEmpty: false } }
        && slot.Keys.Length <= MaxKeys
        && slot.Keys.All(key => key is { Class: not null, Wrapped: not null });

    /// <summary>
    /// The keys, where the passphrase opens this slot; null where it does not. The caller has looked at the bounds of
    /// the derivation.
    /// </summary>
    public static IReadOnlyList<ClassKey>? TryOpen(
        SlotDocument slot,
        UInt128 repository,
        Secret passphrase,
        string blobName
    )
    {
        byte[] wrapping = Derive(passphrase, slot.Kdf);
        try
        {
            List<ClassKey> keys = [];
            foreach (WrappedKeyDocument document in slot.Keys)
            {
                KeyClass keyClass = ClassOf(document.Class, blobName);
                if (TryUnwrap(wrapping, slot.Kdf.Salt, repository, slot.Id, keyClass, document) is not { } key)
                {
                    return null;
                }

                keys.Add(key);
            }

            return keys;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wrapping);
        }
    }

    public static KeyClass ClassOf(string name, string blobName)
    {
        foreach ((KeyClass keyClass, string known) in KeyClasses.All)
        {
            if (known == name)
            {
                return keyClass;
            }
        }

        throw Damage.In(blobName, "it holds a key of a class that is not known");
    }

    private static byte[] Derive(Secret passphrase, KdfDocument kdf)
    {
        byte[] text = passphrase.RevealUtf8();
        try
        {
            return KeyDerivation.Derive(text, kdf);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static byte[] Wrap(byte[] wrapping, byte[] salt, UInt128 repository, string slotId, ClassKey key)
    {
        byte[] wrapped = new byte[WrappedSize];
        using AesGcm aes = CipherFor(wrapping, salt, key.Class, key.Generation);
        aes.Encrypt(
            new byte[12],
            key.Bytes,
            wrapped.AsSpan(0, KeyRing.KeySize),
            wrapped.AsSpan(KeyRing.KeySize),
            Associated(repository, slotId, key.Class, key.Generation)
        );
        return wrapped;
    }

    private static ClassKey? TryUnwrap(
        byte[] wrapping,
        byte[] salt,
        UInt128 repository,
        string slotId,
        KeyClass keyClass,
        WrappedKeyDocument document
    )
    {
        if (document.Wrapped.Length != WrappedSize)
        {
            return null;
        }

        byte[] key = new byte[KeyRing.KeySize];
        using AesGcm aes = CipherFor(wrapping, salt, keyClass, document.Generation);
        try
        {
            ReadOnlySpan<byte> wrapped = document.Wrapped;
            aes.Decrypt(
                new byte[12],
                wrapped[..KeyRing.KeySize],
                wrapped[KeyRing.KeySize..],
                key,
                Associated(repository, slotId, keyClass, document.Generation)
            );
            return new ClassKey(keyClass, document.Generation, key);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    // A wrap key seals exactly one key, so its nonce may be zero: the salt is fresh for each slot, class and generation
    // stand in the derivation.
    private static AesGcm CipherFor(byte[] wrapping, byte[] salt, KeyClass keyClass, uint generation)
    {
        Span<byte> key = stackalloc byte[KeyRing.KeySize];
        string name = KeyClasses.NameOf(keyClass);
        byte[] info = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"abf/v1/wrap/{name}/{generation}")
        );
        HKDF.DeriveKey(HashAlgorithmName.SHA256, wrapping, key, salt, info);
        AesGcm aes = new(key, FrameCipher.TagSize);
        CryptographicOperations.ZeroMemory(key);
        return aes;
    }

    private static byte[] Associated(UInt128 repository, string slotId, KeyClass keyClass, uint generation)
    {
        ArrayBufferWriter<byte> writer = new();
        writer.Write("abf/v1/wrap"u8);
        BinaryPrimitives.WriteUInt128BigEndian(writer.GetSpan(16), repository);
        writer.Advance(16);
        writer.WriteText(KeyClasses.NameOf(keyClass));
        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(4), generation);
        writer.Advance(4);
        writer.WriteText(slotId);
        return writer.WrittenSpan.ToArray();
    }
}
