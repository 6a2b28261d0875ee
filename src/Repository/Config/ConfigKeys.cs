using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>From a config and a passphrase to the keys.</summary>
internal static class ConfigKeys
{
    /// <summary>
    /// The keys, or null where the passphrase opens no slot. Another encryption than the caller expects is refused.
    /// </summary>
    /// <param name="costly">As in <see cref="PassphraseTries"/>; without a passphrase, nothing is.</param>
    public static async Task<KeyRing?> TryOpenAsync(
        ConfigFile file,
        RepositoryAccess access,
        PassphraseTries? tries,
        bool costly,
        string location,
        CancellationToken cancellationToken
    )
    {
        string name = ConfigFile.BlobName(file.Number);
        if (file.Config.Encryption != access.Encryption)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"The repository at {location} says encryption '{file.Config.Encryption}' and repository.encryption "
                    + $"says '{access.Encryption}'. Find out who is right: a store cannot switch encryption off or on."
            );
        }

        if (access.KeyFile is { } keyFile)
        {
            return WriteOnlyKeys.Parse(keyFile).TryOpen(file);
        }

        if (tries is null)
        {
            IEnumerable<ClassKey> clear = file.Config.Keys.Select(key => new ClassKey(
                KeySlot.ClassOf(key.Class, name),
                key.Generation,
                key.Clear
            ));
            return Ring(file, [.. clear]);
        }

        return await tries.OpenAsync(file, costly, cancellationToken) is { } keys ? Ring(file, keys) : null;
    }

    /// <summary>
    /// The public halves that a config names, each held against its private half: nobody puts another in its place.
    /// </summary>
    public static IReadOnlyList<PublicKeyBytes> PublicKeysOf(ConfigFile file, IReadOnlyList<ClassKey> keys)
    {
        List<PublicKeyBytes> known = [];
        foreach (PublicKeyDocument document in file.Config.PublicKeys.IsDefault ? [] : file.Config.PublicKeys)
        {
            ClassKey? key = keys.FirstOrDefault(key =>
                key.Class == KeyClass.Content && key.Generation == document.Generation
            );
            known.Add(
                key is not null && KeyPair.PublicOf(key.Bytes).AsSpan().SequenceEqual(document.Public)
                    ? new PublicKeyBytes(document.Generation, document.Public)
                    : throw Damage.In(
                        ConfigFile.BlobName(file.Number),
                        $"its public key of generation {document.Generation} does not fit the private one"
                    )
            );
        }

        return known;
    }

    public static ImmutableArray<ClearKeyDocument> InClear(KeyRing keys) =>
        [
            .. keys.KeysOfConfig.Select(key => new ClearKeyDocument(
                KeyClasses.NameOf(key.Class),
                key.Generation,
                key.Bytes
            )),
        ];

    /// <summary>For <see cref="TryOpenAsync"/>; null where no passphrase opens the keys.</summary>
    public static PassphraseTries? TriesFor(RepositoryAccess access) =>
        access.Encryption == RepositoryAccess.EncryptionNone || access.KeyFile is not null
            ? null
            : new PassphraseTries(Need(access.Passphrase));

    public static Secret Need(Secret? passphrase) =>
        passphrase is not null && passphrase.Reveal().Length > 0
            ? passphrase
            : throw new PermanentException(
                ErrorKind.Configuration,
                "repository.passphraseFile is not set, or the file is empty. Name a file that holds the passphrase."
            );

    private static KeyRing Ring(ConfigFile file, IReadOnlyList<ClassKey> keys)
    {
        bool complete =
            keys.All(key => key.Bytes.Length == KeyRing.KeySize && key.Generation > 0)
            && keys.DistinctBy(key => (key.Class, key.Generation)).Count() == keys.Count
            && KeyClasses.All.All(entry => keys.Any(key => key.Class == entry.Class));
        return complete
            ? new KeyRing(file.Repository, keys, PublicKeysOf(file, keys))
            : throw Damage.In(ConfigFile.BlobName(file.Number), "a key is missing, or is there twice");
    }
}
