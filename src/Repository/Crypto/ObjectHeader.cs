using System.Buffers.Binary;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// The first bytes of every sealed blob: what it is, which key seals it, and the salt that makes the object's own key.
/// </summary>
internal static class ObjectHeader
{
    /// <summary>Bytes before the key material; they go into the derivation of the object key.</summary>
    public const int FixedSize = 32;

    /// <summary>Bytes of a header; both key modes have as much key material.</summary>
    public const int Size = FixedSize + KeyMaterialSize;

    public const int KeyMaterialSize = 32;

    private const byte FormatVersion = 1;

    /// <summary>The key material is a salt for the class key.</summary>
    public const byte SaltMode = 1;

    /// <summary>The key material is the public half of a fresh pair; for the class content.</summary>
    public const byte PairMode = 2;

    /// <summary>What to do where keys are newer than what opened the repository.</summary>
    public const string ConfigHint =
        "Use a passphrase that opens the new ones (repository.passphraseFile), or export the key file of this machine anew "
        + "(repository.keyFile, 'abf key export').";

    private static ReadOnlySpan<byte> Magic => "ABF1"u8;

    public static void Write(
        Span<byte> destination,
        ObjectType type,
        byte mode,
        uint generation,
        UInt128 repository,
        ReadOnlySpan<byte> material
    )
    {
        Magic.CopyTo(destination);
        destination[4] = FormatVersion;
        destination[5] = (byte)type;
        destination[6] = (byte)KeyClasses.Of(type);
        destination[7] = mode;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], generation);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], KeyMaterialSize);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], repository);
        material.CopyTo(destination[FixedSize..]);
    }

    /// <summary>
    /// The repository that a blob says it is of, which nothing proves yet; null where it does not begin as a sealed one.
    /// </summary>
    public static UInt128? RepositoryOf(ReadOnlySpan<byte> blob) =>
        blob.Length >= FixedSize && blob[..4].SequenceEqual(Magic)
            ? BinaryPrimitives.ReadUInt128BigEndian(blob[16..])
            : null;

    /// <summary>
    /// The key that a blob says it is sealed under, from its first <see cref="FixedSize"/> bytes, which nothing proves
    /// yet; null where it does not begin as a sealed one of this repository.
    /// </summary>
    public static (KeyClass Class, uint Generation)? KeyOf(ReadOnlySpan<byte> blob, UInt128 repository) =>
        RepositoryOf(blob) == repository
            ? ((KeyClass)blob[6], BinaryPrimitives.ReadUInt32LittleEndian(blob[8..]))
            : null;

    /// <summary>
    /// In which way a blob is of a newer format than this program reads, a clause; null where it is not.
    /// </summary>
    private static string? NewerThanThis(ReadOnlySpan<byte> blob) =>
        blob.Length > 4 && blob[..4].SequenceEqual(Magic) && blob[4] > FormatVersion
            ? $"has format version {blob[4]}, and this program reads version {FormatVersion}"
            : null;

    /// <summary>
    /// The same for a blob that claims to be an object of this repository, and whose header names a key mode or a
    /// generation of its key that this program does not have; with what to do, to its full stop.
    /// </summary>
    public static string? NewerThanThis(ReadOnlySpan<byte> blob, ObjectType type, KeyRing keys)
    {
        if (NewerThanThis(blob) is { } newer)
        {
            return $"{newer}. Use a newer version of abf.";
        }

        KeyClass keyClass = KeyClasses.Of(type);
        if (
            blob.Length < FixedSize
            || !blob[..4].SequenceEqual(Magic)
            || blob[5] != (byte)type
            || blob[6] != (byte)keyClass
            || BinaryPrimitives.ReadUInt128BigEndian(blob[16..]) != keys.Repository
        )
        {
            return null;
        }

        uint generation = BinaryPrimitives.ReadUInt32LittleEndian(blob[8..]);
        return blob[7] != SaltMode
                ? $"has key mode {blob[7]}, which this program does not know. Use a newer version of abf."
            : !keys.TryGet(keyClass, generation, out _)
                ? $"names generation {generation} of the {KeyClasses.NameOf(keyClass)} key, "
                    + $"which is not among the keys at hand: the keys were rotated, or the blob was changed. {ConfigHint}"
            : null;
    }

    /// <summary>
    /// Checks everything that a header says and returns the key's generation. Nothing of it is trusted before a frame
    /// authenticates.
    /// </summary>
    public static uint Check(ReadOnlySpan<byte> blob, string blobName, ObjectType type, UInt128 repository)
    {
        if (blob.Length < Size || !blob[..4].SequenceEqual(Magic))
        {
            throw Damage.In(blobName, "it does not begin with a header");
        }

        if (NewerThanThis(blob) is { } newer)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"Blob '{blobName}' of the repository {newer}. Use a newer version of abf."
            );
        }

        if (blob[4] != FormatVersion)
        {
            throw Damage.In(
                blobName,
                $"its format version is {blob[4]} and this program reads version {FormatVersion}"
            );
        }

        if (blob[5] != (byte)type || blob[6] != (byte)KeyClasses.Of(type))
        {
            throw Damage.In(blobName, $"it is of type {blob[5]} where type {(byte)type} belongs");
        }

        bool isKnown = blob[7] == SaltMode || (blob[7] == PairMode && KeyClasses.Of(type) == KeyClass.Content);
        if (!isKnown || BinaryPrimitives.ReadUInt32LittleEndian(blob[12..]) != KeyMaterialSize)
        {
            throw Damage.In(blobName, $"its key mode {blob[7]} is not known");
        }

        if (BinaryPrimitives.ReadUInt128BigEndian(blob[16..]) != repository)
        {
            throw Damage.In(blobName, "it belongs to another repository");
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(blob[8..]);
    }
}
