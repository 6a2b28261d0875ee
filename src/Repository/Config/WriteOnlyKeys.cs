using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>
/// The key file of a host that may add to a repository and not read its content: every key but those of the class
/// content, and of these the public halves.
/// </summary>
internal sealed class WriteOnlyKeys
{
    private const int Version = 1;

    private readonly KeyFileDocument _document;

    private WriteOnlyKeys(KeyFileDocument document) => _document = document;

    /// <summary>The text of a key file.</summary>
    public static byte[] Export(KeyRing keys, DateTimeOffset now) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new KeyFileDocument(
                KeyFileDocument.FormatName,
                Version,
                HexId.Format(keys.Repository),
                now,
                [.. ConfigKeys.InClear(keys).Where(key => key.Class != KeyClasses.NameOf(KeyClass.Content))],
                [
                    .. keys
                        .PublicKeys.Where(pair =>
                            keys.KeysOfConfig.Any(key =>
                                key.Class == KeyClass.Content && key.Generation == pair.Generation
                            )
                        )
                        .Select(key => new PublicKeyDocument(
                            KeyClasses.NameOf(KeyClass.Content),
                            key.Generation,
                            key.Bytes
                        )),
                ]
            ),
            ConfigJson.Default.KeyFileDocument
        );

    /// <exception cref="PermanentException">Configuration: it is not a key file.</exception>
    public static WriteOnlyKeys Parse(Secret text)
    {
        KeyFileDocument? document = null;
        try
        {
            document = JsonSerializer.Deserialize(text.Reveal(), ConfigJson.Default.KeyFileDocument);
        }
        catch (JsonException)
        {
            // Not passed on: its message may quote what is secret.
        }

        bool sound =
            document is { Format: KeyFileDocument.FormatName, Version: Version, Keys.IsDefaultOrEmpty: false }
            && document.Keys.Length <= KeySlot.MaxKeys
            && document.Keys.All(key => key is { Class: not null, Clear.Length: KeyRing.KeySize, Generation: > 0 })
            && document.Keys.DistinctBy(key => (key.Class, key.Generation)).Count() == document.Keys.Length
            && KeyClasses.All.All(entry =>
                document.Keys.Any(key => key.Class == entry.Name) == (entry.Class != KeyClass.Content)
            )
            && document.Keys.All(key => KeyClasses.All.Any(entry => entry.Name == key.Class))
            && !document.PublicKeys.IsDefaultOrEmpty
            && ConfigFile.ArePublicKeysSound(document.PublicKeys)
            && HexId.TryParse(document.Repository, out _);
        return sound
            ? new WriteOnlyKeys(document!)
            : throw new PermanentException(
                ErrorKind.Configuration,
                "repository.keyFile does not hold the keys of a write-only host: name the file that 'abf key export "
                    + "--write-only FILE' wrote."
            );
    }

    /// <summary>
    /// The keys for a config; null where it is that of another repository. The caller looks whether the log names it.
    /// </summary>
    /// <exception cref="PermanentException">Repository: the keys were rotated since the file was written.</exception>
    public KeyRing? TryOpen(ConfigFile file)
    {
        if (file.Config.Repository != _document.Repository)
        {
            return null;
        }

        string name = ConfigFile.BlobName(file.Number);
        ImmutableArray<PublicKeyDocument> current = file.Config.PublicKeys.IsDefault ? [] : file.Config.PublicKeys;
        KeyRing keys = new(
            file.Repository,
            _document.Keys.Select(key => new ClassKey(KeySlot.ClassOf(key.Class, name), key.Generation, key.Clear)),
            _document.PublicKeys.Select(key => new PublicKeyBytes(key.Generation, key.Public))
        );
        bool isOfNow =
            CurrentConfig
                .Slots(file)
                .SelectMany(slot => slot.Keys)
                .All(key => keys.Knows(KeySlot.ClassOf(key.Class, name), key.Generation))
            && !current.IsEmpty
            && _document
                .PublicKeys.Where(key => key.Generation >= current.Min(other => other.Generation))
                .All(key =>
                    current.Any(other =>
                        other.Generation == key.Generation && other.Public.AsSpan().SequenceEqual(key.Public)
                    )
                )
            && current.All(key => _document.PublicKeys.Any(own => own.Generation == key.Generation));
        return isOfNow
            ? keys
            : throw new PermanentException(
                ErrorKind.Repository,
                $"The key file (repository.keyFile) does not fit {name}: the keys were rotated since it was exported. "
                    + "Export it anew ('abf key export --write-only FILE', where a passphrase opens the repository)."
            );
    }
}
