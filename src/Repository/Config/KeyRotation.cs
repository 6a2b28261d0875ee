using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>What a rotation did, or would do.</summary>
/// <param name="Generations">The new generation of each class of keys, by its name in the format.</param>
/// <param name="Kept">Slots whose passphrase opens the new keys.</param>
/// <param name="Dropped">Slots that were removed, because nobody gave their passphrase.</param>
/// <param name="Warning">As of a <see cref="KeyChange"/>.</param>
public sealed record RotatedKeys(
    ImmutableSortedDictionary<string, uint> Generations,
    ImmutableArray<KeySlotSummary> Kept,
    ImmutableArray<KeySlotSummary> Dropped,
    string? Warning
);

/// <summary>
/// A new generation of every key but the chunk key. Keys are wrapped with what a passphrase gives, so that a slot can
/// hold the new ones only where its passphrase is at hand: holding a key of the repository is not enough to make one
/// for somebody else's slot, and so one that was stolen is worth nothing for the next generation.
/// </summary>
internal sealed class KeyRotation(CurrentConfig configs, UInt128 repository)
{
    /// <param name="known">All keys of the config that counts.</param>
    /// <param name="pair">The content key is to be a pair, as it stays once it was one.</param>
    /// <param name="passphrases">Slots that none of them opens are dropped, or refused.</param>
    public async Task<(RotatedKeys Result, ConfigFile File, IReadOnlyList<ClassKey> Added)> RunAsync(
        ConfigFile current,
        IReadOnlyList<ClassKey> known,
        IReadOnlyList<Secret> passphrases,
        bool dropOthers,
        bool pair,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        List<(SlotDocument Slot, Secret Passphrase)> kept = [];
        List<SlotDocument> dropped = [];
        foreach (SlotDocument slot in current.Config.Slots)
        {
            if (await FindAsync(current, slot, passphrases, cancellationToken) is { } passphrase)
            {
                kept.Add((slot, passphrase));
            }
            else
            {
                dropped.Add(slot);
            }
        }

        if (kept.Count == 0 || (dropped.Count > 0 && !dropOthers))
        {
            throw Refusal(dropped);
        }

        IReadOnlyList<ClassKey> added = KeyRing.NewGeneration(
            await configs.NextGenerationAsync(known.Max(key => key.Generation), cancellationToken)
        );
        if (known.Count + added.Count > KeySlot.MaxKeys)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"The repository has {known.Count} keys, and the format allows {KeySlot.MaxKeys}: they cannot be rotated "
                    + "any more. Begin another repository ('abf init')."
            );
        }

        RotatedKeys result = new(
            added.ToImmutableSortedDictionary(key => KeyClasses.NameOf(key.Class), key => key.Generation),
            [.. kept.Select(entry => KeySlotSummary.Of(entry.Slot))],
            [.. dropped.Select(KeySlotSummary.Of)],
            null
        );
        if (dryRun)
        {
            return (result, current, []);
        }

        // Not disposed: the keys in it are those of the open repository.
        KeyRing all = new(repository, [.. known, .. added]);
        RepositoryConfig config = current.Config with
        {
            Slots = [.. kept.Select(entry => KeySlot.WrapAgain(entry.Slot, all, entry.Passphrase))],
        };
        ImmutableArray<PublicKeyDocument> pairs = config.PublicKeys.IsDefault ? [] : config.PublicKeys;
        if (pair || pairs.Length > 0)
        {
            ClassKey content = added.First(key => key.Class == KeyClass.Content);
            config = config with
            {
                PublicKeys = pairs.Add(
                    new PublicKeyDocument(
                        KeyClasses.NameOf(KeyClass.Content),
                        content.Generation,
                        KeyPair.PublicOf(content.Bytes)
                    )
                ),
            };
        }

        (ConfigFile file, string? warning) = await configs.ReplaceAsync(current, config, cancellationToken);
        return (result with { Warning = warning }, file, added);
    }

    private static async Task<Secret?> FindAsync(
        ConfigFile current,
        SlotDocument slot,
        IReadOnlyList<Secret> passphrases,
        CancellationToken cancellationToken
    )
    {
        foreach (Secret passphrase in passphrases)
        {
            if (await new PassphraseTries(passphrase).OpensAnyAsync(current, [slot], cancellationToken))
            {
                return passphrase;
            }
        }

        return null;
    }

    private static PermanentException Refusal(IEnumerable<SlotDocument> others) =>
        new(
            ErrorKind.Configuration,
            "The passphrases at hand do not open these key slots, which could not hold the new keys: "
                + string.Join(", ", others.Select(slot => $"{slot.Id} ('{slot.Name}')"))
                + ". Name a file with the passphrase of each (--passphrase-file), remove them ('abf key remove'), or shut "
                + "them out with --drop-others."
        );
}
