using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>
/// The generations of a repository's keys: a new one, the keys of a host that only writes, and the end of old ones. Each
/// change is a new config, as one of the passphrases is.
/// </summary>
public sealed class KeyGenerations
{
    private readonly KnownConfig _known;
    private readonly CurrentConfig _current;
    private readonly KeyRing _keys;
    private readonly Secret? _passphrase;
    private readonly TimeProvider _time;

    internal KeyGenerations(KnownConfig known, CurrentConfig current, KeyRing keys, RepositoryAccess access)
    {
        (_known, _current, _keys) = (known, current, keys);
        (_passphrase, _time) = (access.Passphrase, access.Time);
    }

    /// <summary>
    /// A new generation of the keys for content, metadata and log: what is written from here on is sealed with it, and
    /// what was written before stays readable.
    /// </summary>
    /// <param name="others">Passphrases of further slots; that of this machine is known.</param>
    /// <param name="dropOthers">Slots that no passphrase opens are removed; otherwise they are refused.</param>
    /// <param name="dryRun">Nothing is written.</param>
    public Task<RotatedKeys> RotateAsync(
        IReadOnlyList<Secret> others,
        bool dropOthers = false,
        bool dryRun = false,
        CancellationToken cancellationToken = default
    ) => RotateAsync(others, dropOthers, pair: false, dryRun, cancellationToken);

    /// <summary>
    /// The keys of a host that may add to the repository and not read its content. Where the content key is no pair yet,
    /// the keys are rotated first, so that it is one from here on.
    /// </summary>
    /// <inheritdoc cref="RotateAsync(IReadOnlyList{Secret}, bool, bool, CancellationToken)" path="/param"/>
    /// <returns>The text of the key file, null in a dry run; and what a rotation did, null where none was needed.</returns>
    public async Task<(byte[]? Text, RotatedKeys? Rotated)> ExportWriteOnlyAsync(
        IReadOnlyList<Secret> others,
        bool dropOthers = false,
        bool dryRun = false,
        CancellationToken cancellationToken = default
    )
    {
        ConfigFile current = await _known.ReadChangeableAsync(cancellationToken);
        await _known.TakeAsync(current, cancellationToken);
        RotatedKeys? rotated = _keys.PublicKeyOf(KeyClass.Content, _keys.CurrentGeneration(KeyClass.Content)).IsEmpty
            ? await RotateAsync(others, dropOthers, pair: true, dryRun, cancellationToken)
            : null;
        return (dryRun ? null : WriteOnlyKeys.Export(_keys, _time.GetUtcNow()), rotated);
    }

    /// <summary>
    /// Leaves old generations of content and metadata out of the config (<see cref="KeyRing.IsOld"/>). The caller knows
    /// that nothing is sealed under them, and that nothing will be, by the head from which that was found.
    /// </summary>
    /// <exception cref="PermanentException">Busy: the log has another entry by now; nothing has changed.</exception>
    /// <returns>As of a <see cref="KeyChange"/>.</returns>
    internal async Task<string?> DropOldAsync(LogHead computedFrom, CancellationToken cancellationToken)
    {
        ConfigFile current = await _known.ReadChangeableAsync(cancellationToken);
        await _known.TakeAsync(current, cancellationToken);
        string name = ConfigFile.BlobName(current.Number);
        RepositoryConfig config = current.Config with
        {
            Slots =
            [
                .. current.Config.Slots.Select(slot =>
                    slot with
                    {
                        Keys = [.. slot.Keys.Where(key => !IsOld(key.Class, key.Generation))],
                    }
                ),
            ],
            PublicKeys = current.Config.PublicKeys.IsDefault
                ? default
                : [.. current.Config.PublicKeys.Where(key => !IsOld(key.Class, key.Generation))],
        };
        (_known.File, string? warning) = await _current.ReplaceAsync(current, config, cancellationToken, computedFrom);
        _keys.DropOld(_known.File.Number);
        return warning;

        bool IsOld(string keyClass, uint generation) => _keys.IsOld(KeySlot.ClassOf(keyClass, name), generation);
    }

    private async Task<RotatedKeys> RotateAsync(
        IReadOnlyList<Secret> others,
        bool dropOthers,
        bool pair,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        ConfigFile current = await _known.ReadChangeableAsync(cancellationToken);
        (RotatedKeys result, ConfigFile file, IReadOnlyList<ClassKey> added) = await new KeyRotation(
            _current,
            _keys.Repository
        ).RunAsync(
            current,
            await _known.TakeAsync(current, cancellationToken),
            [ConfigKeys.Need(_passphrase), .. others],
            dropOthers,
            pair,
            dryRun,
            cancellationToken
        );
        if (!dryRun)
        {
            _known.File = file;
            IReadOnlyList<ClassKey> all = [.. _keys.KeysOfConfig, .. added];
            _keys.Take(file.Number, all, ConfigKeys.PublicKeysOf(file, all));
        }

        return result;
    }
}
