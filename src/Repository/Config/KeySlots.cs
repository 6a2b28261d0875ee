using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>A passphrase that opens the repository, without the passphrase.</summary>
/// <param name="Id">8 hexadecimal digits.</param>
public sealed record KeySlotSummary(string Id, string Name, DateTimeOffset Created);

/// <summary>What a change of the slots did, or would do.</summary>
/// <param name="SlotId">The slot that was added or removed; null where one would be added.</param>
/// <param name="Warning">
/// Says that the config before this one could not be deleted, and what that means; null where it is gone.
/// </param>
public sealed record KeyChange(string? SlotId, string? Warning);

/// <summary>A config that counts again, or would.</summary>
/// <param name="From">The number of the config that was taken.</param>
/// <param name="Config">Its number from here on.</param>
/// <param name="Slots">The passphrases that open it.</param>
public sealed record RecoveredKeys(int From, int Config, ImmutableArray<KeySlotSummary> Slots)
{
    /// <summary>The newest config that opens here; another than <see cref="From"/> where it lacks keys.</summary>
    public int Newest { get; init; }

    /// <summary>Slots of the config that was taken which the newest one does not have, such as removed ones.</summary>
    public ImmutableArray<KeySlotSummary> NotInNewest { get; init; } = [];

    /// <summary>Slots of the newest one which the config that was taken does not have.</summary>
    public ImmutableArray<KeySlotSummary> OnlyInNewest { get; init; } = [];
}

/// <summary>
/// The passphrases of a repository. A change writes a new config, then a log entry that makes it count, then deletes
/// the old config where the store permits.
/// </summary>
public sealed class KeySlots
{
    private readonly IBlobStore _blobs;
    private readonly KeyRing _keys;
    private readonly CommitLog _log;
    private readonly TimeProvider _time;
    private readonly RepositoryAccess _access;
    private readonly Secret? _passphrase;
    private readonly NewKeys _newKeys;
    private readonly CurrentConfig _current;
    private ConfigFile _known;

    /// <param name="known">The config that opened the repository.</param>
    internal KeySlots(IBlobStore blobs, KeyRing keys, CommitLog log, RepositoryAccess access, ConfigFile known)
    {
        _known = known;
        _blobs = blobs;
        _keys = keys;
        _log = log;
        _time = access.Time;
        _access = access;
        _passphrase = access.Passphrase;
        _newKeys = new NewKeys(blobs, access, keys);
        _current = new CurrentConfig(blobs, log, keys, access.Time);
    }

    /// <summary>The slots of the config that counts; none with encryption <c>none</c>.</summary>
    public async Task<IReadOnlyList<KeySlotSummary>> ListAsync(CancellationToken cancellationToken = default)
    {
        ConfigFile current = await _current.ReadAsync(cancellationToken);
        return Summaries(current);
    }

    private static ImmutableArray<KeySlotSummary> Summaries(ConfigFile file) =>
        [.. CurrentConfig.Slots(file).Select(slot => new KeySlotSummary(slot.Id, slot.Name, slot.Created))];

    /// <summary>Another passphrase opens the repository from here on.</summary>
    /// <param name="dryRun">Nothing is written.</param>
    public async Task<KeyChange> AddAsync(
        Secret passphrase,
        string name,
        bool dryRun = false,
        CancellationToken cancellationToken = default
    )
    {
        ConfigFile current = await _current.ReadAsync(cancellationToken);
        RequireChangeable(current);
        if (current.Config.Slots.Length >= KeySlot.MaxSlots)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"The repository has {KeySlot.MaxSlots} key slots already. Remove one first ('abf key remove')."
            );
        }

        if (dryRun)
        {
            return new KeyChange(null, null);
        }

        // Not disposed: the keys in it may be those of the open repository.
        KeyRing all = new(_keys.Repository, await KeysOfAsync(current, cancellationToken));
        SlotDocument slot = KeySlot.Create(
            all,
            ConfigKeys.Need(passphrase),
            name,
            current.Config.Slots[0].Kdf,
            _time.GetUtcNow()
        );
        RepositoryConfig config = current.Config with { Slots = current.Config.Slots.Add(slot) };
        return new KeyChange(slot.Id, await ReplaceAsync(current, config, cancellationToken));
    }

    /// <summary>
    /// A passphrase no longer opens the repository. The last one cannot be removed, and neither can the one that is in
    /// use here. Whoever kept a copy of an old config and its passphrase still has the keys.
    /// </summary>
    /// <param name="dryRun">Nothing is written.</param>
    public async Task<KeyChange> RemoveAsync(
        string slotId,
        bool dryRun = false,
        CancellationToken cancellationToken = default
    )
    {
        ConfigFile current = await _current.ReadAsync(cancellationToken);
        RequireChangeable(current);
        await KeysOfAsync(current, cancellationToken);
        SlotDocument slot =
            current.Config.Slots.FirstOrDefault(slot => slot.Id == slotId)
            ?? throw new PermanentException(
                ErrorKind.Configuration,
                $"There is no key slot '{slotId}'. 'abf key list' shows those there are."
            );
        if (current.Config.Slots.Length == 1)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"Key slot '{slotId}' is the last one: without it every set is lost. "
                    + "Add another first ('abf key add')."
            );
        }

        RepositoryConfig config = current.Config with { Slots = current.Config.Slots.Remove(slot) };
        PassphraseTries tries = new(ConfigKeys.Need(_passphrase));
        if (!await tries.OpensAnyAsync(current, config.Slots, cancellationToken))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"Key slot '{slotId}' ('{slot.Name}') is the only one that the passphrase of this machine opens: without "
                    + "it, nothing here could read or write the repository. Set repository.passphraseFile to a "
                    + $"passphrase of another slot first.{tries.PassedOver}"
            );
        }

        return new KeyChange(slotId, dryRun ? null : await ReplaceAsync(current, config, cancellationToken));
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
        ConfigFile current = await _current.ReadAsync(cancellationToken);
        RequireChangeable(current);
        await KeysOfAsync(current, cancellationToken);
        RotatedKeys? rotated = _keys.PublicKeyOf(KeyClass.Content, _keys.CurrentGeneration(KeyClass.Content)).IsEmpty
            ? await RotateAsync(others, dropOthers, pair: true, dryRun, cancellationToken)
            : null;
        return (dryRun ? null : WriteOnlyKeys.Export(_keys, _time.GetUtcNow()), rotated);
    }

    private async Task<RotatedKeys> RotateAsync(
        IReadOnlyList<Secret> others,
        bool dropOthers,
        bool pair,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        ConfigFile current = await _current.ReadAsync(cancellationToken);
        RequireChangeable(current);
        (RotatedKeys result, ConfigFile file, IReadOnlyList<ClassKey> added) = await new KeyRotation(
            _current,
            _keys.Repository
        ).RunAsync(
            current,
            await KeysOfAsync(current, cancellationToken),
            [ConfigKeys.Need(_passphrase), .. others],
            dropOthers,
            pair,
            dryRun,
            cancellationToken
        );
        if (!dryRun)
        {
            _known = file;
            IReadOnlyList<ClassKey> all = [.. _keys.KeysOfConfig, .. added];
            _keys.Take(file.Number, all, ConfigKeys.PublicKeysOf(file, all));
        }

        return result;
    }

    /// <summary>
    /// Leaves old generations of content and metadata out of the config (<see cref="KeyRing.IsOld"/>). The caller knows
    /// that nothing is sealed under them, and that nothing will be, by the head from which that was found.
    /// </summary>
    /// <exception cref="PermanentException">Busy: the log has another entry by now; nothing has changed.</exception>
    /// <returns>As of a <see cref="KeyChange"/>.</returns>
    internal async Task<string?> DropOldAsync(LogHead computedFrom, CancellationToken cancellationToken)
    {
        ConfigFile current = await _current.ReadAsync(cancellationToken);
        RequireChangeable(current);
        await KeysOfAsync(current, cancellationToken);
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
        (_known, string? warning) = await _current.ReplaceAsync(current, config, cancellationToken, computedFrom);
        _keys.DropOld(_known.Number);
        return warning;

        bool IsOld(string keyClass, uint generation) => _keys.IsOld(KeySlot.ClassOf(keyClass, name), generation);
    }

    /// <summary>
    /// Where the log names a config that does not open here, or lacks keys that blobs need, the best one of those in the
    /// store counts again, under a new number (<see cref="KeyRecovery"/>).
    /// </summary>
    /// <param name="dryRun">Nothing is written.</param>
    /// <returns>Null where the config that counts is right.</returns>
    public async Task<RecoveredKeys?> RecoverAsync(bool dryRun = false, CancellationToken cancellationToken = default)
    {
        if (_keys.WritesOnly)
        {
            throw WriteOnly.Fault("The keys cannot be changed");
        }

        LogHead head = await _log.ReadAsync(cancellationToken);
        var recovery = new KeyRecovery(_blobs, _access, _keys.Repository, ConfigKeys.TriesFor(_access));
        if (await recovery.FindAsync(head.State.Config, cancellationToken) is not { } best)
        {
            return null;
        }

        IReadOnlyList<int> numbers = await ConfigFile.ListAsync(_blobs, cancellationToken);
        ConfigFile next = best.File with { Number = checked(numbers.Append(head.State.Config.Number).Max() + 1) };
        ImmutableArray<KeySlotSummary> slots = Summaries(next);
        ImmutableArray<KeySlotSummary> newest = Summaries(best.Newest);
        var recovered = new RecoveredKeys(best.File.Number, next.Number, slots)
        {
            Newest = best.Newest.Number,
            NotInNewest = [.. slots.ExceptBy(newest.Select(slot => slot.Id), slot => slot.Id)],
            OnlyInNewest = [.. newest.ExceptBy(slots.Select(slot => slot.Id), slot => slot.Id)],
        };
        if (dryRun)
        {
            return recovered;
        }

        _known =
            await ConfigFile.TryPutAsync(_blobs, _time, next, cancellationToken)
            ?? throw new PermanentException(ErrorKind.Busy, "The keys are being changed by somebody else. Try again.");
        await _log.AppendKeysAsync(head.State.Config, next.Stamp, cancellationToken);
        _keys.Take(next.Number, [.. best.Keys.KeysOfConfig], [.. best.Keys.PublicKeys]);
        return recovered;
    }

    /// <summary>Whether the config that was read last is the one that counts.</summary>
    public bool AreOf(LogHead head) => _known.Stamp == head.State.Config;

    /// <summary>
    /// Looks whether the config that counts is in the store. Without it nobody could open the repository again, so the
    /// bytes that opened it are put back: under its own name where it is gone, as another config where something else
    /// stands there.
    /// </summary>
    /// <returns>What was done, one line; null where nothing was.</returns>
    /// <exception cref="PermanentException">Repository: it is lost, and these are not its bytes.</exception>
    public async Task<string?> HealAsync(LogHead head, CancellationToken cancellationToken = default)
    {
        ConfigStamp current = head.State.Config;
        string name = ConfigFile.BlobName(current.Number);
        byte[]? stored = await ConfigFile.TryReadBytesAsync(_blobs, current.Number, cancellationToken);
        if (stored is not null && ConfigFile.HashOf(stored) == current.Sha256)
        {
            if (_known.Stamp != current)
            {
                ConfigFile file = ConfigFile.From(current.Number, stored, _blobs.Location);
                await _newKeys.TakeAsync(file, cancellationToken);
                _known = file;
            }

            return null;
        }

        if (_known.Stamp != current)
        {
            // Behind an entry that cannot be read another config may count. An older one is never put back: it may have
            // a passphrase that was removed.
            if (!head.Alarms.IsEmpty)
            {
                return null;
            }

            throw stored is null ? Damage.Missing(name) : Damage.In(name, "it is not the config that the log names");
        }

        // Whoever changes the keys deletes this config after the entry that names the next: what was deleted so, with a
        // passphrase that was removed, must not come back.
        LogHead now = await _log.ReadAsync(cancellationToken);
        if (now.State.Config != current)
        {
            return await HealAsync(now, cancellationToken);
        }

        if (stored is null)
        {
            return await ConfigFile.TryPutAsync(_blobs, _time, _known, cancellationToken) is not null
                ? $"'{name}' was gone and was put back."
                : throw Damage.Missing(name);
        }

        IReadOnlyList<int> numbers = await ConfigFile.ListAsync(_blobs, cancellationToken);
        ConfigFile next = _known with { Number = checked(numbers.Append(current.Number).Max() + 1) };
        _known =
            await ConfigFile.TryPutAsync(_blobs, _time, next, cancellationToken)
            ?? throw new PermanentException(ErrorKind.Busy, "The keys are being changed by somebody else. Try again.");
        await _log.AppendKeysAsync(current, next.Stamp, cancellationToken);
        if (_keys.OpenedConfig == current.Number)
        {
            _keys.OpenedConfig = next.Number;
        }

        return $"'{name}' is damaged; '{ConfigFile.BlobName(next.Number)}', which says the same, counts in its place.";
    }

    private async Task<string?> ReplaceAsync(
        ConfigFile old,
        RepositoryConfig config,
        CancellationToken cancellationToken
    )
    {
        (_known, string? warning) = await _current.ReplaceAsync(old, config, cancellationToken);
        _keys.OpenedConfig = _known.Number;
        return warning;
    }

    /// <summary>All keys of the config that counts, also where another host has changed it since the opening.</summary>
    private async Task<IReadOnlyList<ClassKey>> KeysOfAsync(ConfigFile current, CancellationToken cancellationToken)
    {
        if (current.Stamp != _known.Stamp)
        {
            await _newKeys.TakeAsync(current, cancellationToken);
            _known = current;
        }

        return _keys.KeysOfConfig;
    }

    private void RequireChangeable(ConfigFile current)
    {
        if (_keys.WritesOnly)
        {
            throw WriteOnly.Fault("The keys cannot be changed");
        }

        if (current.Config.Encryption == RepositoryAccess.EncryptionNone)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                "The repository has encryption 'none': it has no passphrases to add or remove."
            );
        }
    }
}
