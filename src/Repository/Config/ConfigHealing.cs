using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>Brings a config back that is lost or wrong: without one that counts, nobody could open the repository
/// again.</summary>
internal sealed class ConfigHealing(
    IBlobStore blobs,
    KeyRing keys,
    CommitLog log,
    RepositoryAccess access,
    KnownConfig known
)
{
    /// <inheritdoc cref="KeySlots.HealAsync"/>
    public async Task<string?> HealAsync(LogHead head, CancellationToken cancellationToken)
    {
        ConfigStamp current = head.State.Config;
        string name = ConfigFile.BlobName(current.Number);
        byte[]? stored = await ConfigFile.TryReadBytesAsync(blobs, current.Number, cancellationToken);
        if (stored is not null && ConfigFile.HashOf(stored) == current.Sha256)
        {
            if (!known.IsOf(head))
            {
                await known.TakeAsync(ConfigFile.From(current.Number, stored, blobs.Location), cancellationToken);
            }

            return null;
        }

        if (!known.IsOf(head))
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
        LogHead now = await log.ReadAsync(cancellationToken);
        if (now.State.Config != current)
        {
            return await HealAsync(now, cancellationToken);
        }

        if (stored is null)
        {
            return await ConfigFile.TryPutAsync(blobs, access.Time, known.File, cancellationToken) is not null
                ? $"'{name}' was gone and was put back."
                : throw Damage.Missing(name);
        }

        int next = await NextNumberAsync(current, cancellationToken);
        await PutAsync(known.File with { Number = next }, current, cancellationToken);
        if (keys.OpenedConfig == current.Number)
        {
            keys.OpenedConfig = next;
        }

        return $"'{name}' is damaged; '{ConfigFile.BlobName(next)}', which says the same, counts in its place.";
    }

    /// <inheritdoc cref="KeySlots.RecoverAsync"/>
    public async Task<RecoveredKeys?> RecoverAsync(bool dryRun, CancellationToken cancellationToken)
    {
        if (keys.WritesOnly)
        {
            throw WriteOnly.Fault("The keys cannot be changed");
        }

        ConfigStamp current = (await log.ReadAsync(cancellationToken)).State.Config;
        var recovery = new KeyRecovery(blobs, access, keys.Repository, ConfigKeys.TriesFor(access));
        if (await recovery.FindAsync(current, cancellationToken) is not { } best)
        {
            return null;
        }

        int next = await NextNumberAsync(current, cancellationToken);
        ImmutableArray<KeySlotSummary> slots = KeySlotSummary.AllOf(best.File);
        ImmutableArray<KeySlotSummary> newest = KeySlotSummary.AllOf(best.Newest);
        var recovered = new RecoveredKeys(best.File.Number, next, slots)
        {
            Newest = best.Newest.Number,
            NotInNewest = [.. slots.ExceptBy(newest.Select(slot => slot.Id), slot => slot.Id)],
            OnlyInNewest = [.. newest.ExceptBy(slots.Select(slot => slot.Id), slot => slot.Id)],
        };
        if (!dryRun)
        {
            await PutAsync(best.File with { Number = next }, current, cancellationToken);
            keys.Take(next, [.. best.Keys.KeysOfConfig], [.. best.Keys.PublicKeys]);
        }

        return recovered;
    }

    private async Task<int> NextNumberAsync(ConfigStamp current, CancellationToken cancellationToken) =>
        ConfigFile.NumberAfter(await ConfigFile.ListAsync(blobs, cancellationToken), current.Number);

    /// <summary>Makes a config count in the place of the current one.</summary>
    private async Task PutAsync(ConfigFile next, ConfigStamp current, CancellationToken cancellationToken)
    {
        known.File =
            await ConfigFile.TryPutAsync(blobs, access.Time, next, cancellationToken)
            ?? throw new PermanentException(ErrorKind.Busy, "The keys are being changed by somebody else. Try again.");
        await log.AppendKeysAsync(current, known.File.Stamp, cancellationToken);
    }
}
