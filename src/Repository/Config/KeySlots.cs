using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>What a change of the slots did, or would do.</summary>
/// <param name="SlotId">The slot that was added or removed; null where one would be added.</param>
/// <param name="Warning">
/// Says that the config before this one could not be deleted, and what that means; null where it is gone.
/// </param>
public sealed record KeyChange(string? SlotId, string? Warning);

/// <summary>
/// The passphrases of a repository. A change writes a new config, then a log entry that makes it count, then deletes
/// the old config where the store permits.
/// </summary>
public sealed class KeySlots
{
    private readonly KeyRing _keys;
    private readonly TimeProvider _time;
    private readonly Secret? _passphrase;
    private readonly CurrentConfig _current;
    private readonly KnownConfig _known;
    private readonly ConfigHealing _healing;

    internal KeySlots(
        KnownConfig known,
        CurrentConfig current,
        ConfigHealing healing,
        KeyRing keys,
        RepositoryAccess access
    )
    {
        (_known, _current, _healing, _keys) = (known, current, healing, keys);
        (_time, _passphrase) = (access.Time, access.Passphrase);
    }

    /// <summary>The slots of the config that counts; none with encryption <c>none</c>.</summary>
    public async Task<IReadOnlyList<KeySlotSummary>> ListAsync(CancellationToken cancellationToken = default) =>
        KeySlotSummary.AllOf(await _current.ReadAsync(cancellationToken));

    /// <summary>Another passphrase opens the repository from here on.</summary>
    /// <param name="dryRun">Nothing is written.</param>
    public async Task<KeyChange> AddAsync(
        Secret passphrase,
        string name,
        bool dryRun = false,
        CancellationToken cancellationToken = default
    )
    {
        ConfigFile current = await _known.ReadChangeableAsync(cancellationToken);
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
        KeyRing all = new(_keys.Repository, await _known.TakeAsync(current, cancellationToken));
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
        ConfigFile current = await _known.ReadChangeableAsync(cancellationToken);
        await _known.TakeAsync(current, cancellationToken);
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
    /// Where the log names a config that does not open here, or lacks keys that blobs need, the best one of those in the
    /// store counts again, under a new number (<see cref="KeyRecovery"/>).
    /// </summary>
    /// <param name="dryRun">Nothing is written.</param>
    /// <returns>Null where the config that counts is right.</returns>
    public Task<RecoveredKeys?> RecoverAsync(bool dryRun = false, CancellationToken cancellationToken = default) =>
        _healing.RecoverAsync(dryRun, cancellationToken);

    /// <summary>Whether the config that was read last is the one that counts.</summary>
    public bool AreOf(LogHead head) => _known.IsOf(head);

    /// <summary>
    /// Looks whether the config that counts is in the store. Without it nobody could open the repository again, so the
    /// bytes that opened it are put back: under its own name where it is gone, as another config where something else
    /// stands there.
    /// </summary>
    /// <returns>What was done, one line; null where nothing was.</returns>
    /// <exception cref="PermanentException">Repository: it is lost, and these are not its bytes.</exception>
    public Task<string?> HealAsync(LogHead head, CancellationToken cancellationToken = default) =>
        _healing.HealAsync(head, cancellationToken);

    private async Task<string?> ReplaceAsync(
        ConfigFile old,
        RepositoryConfig config,
        CancellationToken cancellationToken
    )
    {
        (_known.File, string? warning) = await _current.ReplaceAsync(old, config, cancellationToken);
        _keys.OpenedConfig = _known.File.Number;
        return warning;
    }
}
