using System.Collections.Concurrent;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>
/// Generations of keys that another host added while the repository is open here. What the passphrase opens is the
/// repository's own, since nobody else can wrap it; but only of a config that the log names may new blobs be sealed.
/// </summary>
internal sealed class NewKeys(IBlobStore blobs, RepositoryAccess access, KeyRing keys)
{
    /// <summary>Somebody may have put configs there, and whoever reads looks for keys often: each slot is tried once.</summary>
    private readonly ConcurrentDictionary<string, byte> _failed = new(StringComparer.Ordinal);

    /// <summary>
    /// Looks through the configs for generations that are not known here. They open, and seal nothing yet.
    /// </summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> FindAsync(CancellationToken cancellationToken)
    {
        if (access.Passphrase is null)
        {
            return false;
        }

        PassphraseTries tries = new(access.Passphrase, failed: _failed);
        IReadOnlyList<int> numbers = await ConfigFile.ListAsync(blobs, cancellationToken);
        foreach ((bool costly, int number) in numbers.Select(n => (false, n)).Concat(numbers.Select(n => (true, n))))
        {
            try
            {
                if (
                    await ConfigFile.TryReadBytesAsync(blobs, number, cancellationToken) is { } bytes
                    && ConfigFile.From(number, bytes, blobs.Location) is var file
                    && !AreAllKnown(file)
                    && file.Repository == keys.Repository
                    && await tries.OpenAsync(file, costly, cancellationToken) is { } found
                )
                {
                    keys.Add(found, ConfigKeys.PublicKeysOf(file, found));
                    return true;
                }
            }
            catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
            {
                // Whoever may write to the store could have put it there.
            }
        }

        return false;
    }

    /// <summary>
    /// Takes over what a config has that the log names: the newest generations seal from here on. Whoever holds keys of
    /// the log can name a config of their own there, or an old one, so it must open here and hold every key of the one
    /// before, but for what may be left out (<see cref="KeyRing.IsOld"/>).
    /// </summary>
    /// <exception cref="PermanentException">Repository: it does not.</exception>
    public async Task TakeAsync(ConfigFile current, CancellationToken cancellationToken)
    {
        PassphraseTries? tries = ConfigKeys.TriesFor(access);
        // Not disposed: its keys are those of the open repository from here on.
        KeyRing? found =
            await ConfigKeys.TryOpenAsync(current, access, tries, costly: false, blobs.Location, cancellationToken)
            ?? await ConfigKeys.TryOpenAsync(current, access, tries, costly: true, blobs.Location, cancellationToken);
        string name = ConfigFile.BlobName(current.Number);
        if (found is null || found.Repository != keys.Repository)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"Nothing at hand opens {name}, which counts in the log of the repository at {blobs.Location}: the "
                    + "passphrase was removed, the keys were rotated without it, or somebody else wrote that file. "
                    + ObjectHeader.ConfigHint
            );
        }

        if (
            keys.OpenedConfig != 0
            && !keys.KeysOfConfig.All(key => Holds(found, key) || found.IsOld(key.Class, key.Generation))
        )
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"{name} counts in the log of the repository at {blobs.Location} and lacks keys of "
                    + $"{ConfigFile.BlobName(keys.OpenedConfig)}: abf writes no such config. Keep all configs, find out "
                    + "who wrote it, and change the access to the storage; 'abf key recover' then puts it right."
            );
        }

        keys.Take(access.KeyFile is null ? current.Number : 0, [.. found.Keys], [.. found.PublicKeys]);
    }

    private static bool Holds(KeyRing found, ClassKey key) =>
        found.TryGet(key.Class, key.Generation, out ReadOnlySpan<byte> bytes) && bytes.SequenceEqual(key.Bytes);

    private bool AreAllKnown(ConfigFile file) =>
        file.Config.Slots.IsDefaultOrEmpty
        || file.Config.Slots.SelectMany(slot => slot.Keys)
            .All(key => keys.Knows(KeySlot.ClassOf(key.Class, ConfigFile.BlobName(file.Number)), key.Generation));
}
