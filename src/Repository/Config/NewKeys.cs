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
    /// <summary>
    /// Looks through the configs for generations that are not known here. They open, and seal nothing yet.
    /// </summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> FindAsync(CancellationToken cancellationToken)
    {
        foreach (int number in await ConfigFile.ListAsync(blobs, cancellationToken))
        {
            try
            {
                if (
                    await ConfigFile.TryReadBytesAsync(blobs, number, cancellationToken) is { } bytes
                    && ConfigFile.From(number, bytes, blobs.Location) is var file
                    && !AreAllKnown(file)
                    && await OpenAsync(file, cancellationToken) is { } found
                )
                {
                    keys.Add(found, ConfigKeys.PublicKeysOf(file, found), seal: false);
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

    /// <summary>Takes over what a config has that the log names: the newest generations seal from here on.</summary>
    /// <exception cref="PermanentException">Repository: the keys were rotated, and not for this passphrase.</exception>
    public async Task TakeAsync(ConfigFile current, CancellationToken cancellationToken)
    {
        if (AreAllKnown(current))
        {
            keys.Add([], [], seal: true);
            return;
        }

        IReadOnlyList<ClassKey> found =
            await OpenAsync(current, cancellationToken)
            ?? throw new PermanentException(
                ErrorKind.Repository,
                $"The keys of the repository at {blobs.Location} were rotated, and nothing at hand opens the new ones. "
                    + ObjectHeader.ConfigHint
            );
        keys.Add(found, ConfigKeys.PublicKeysOf(current, found), seal: true);
    }

    /// <summary>All keys of a config; null where the passphrase opens none of its slots.</summary>
    public async Task<IReadOnlyList<ClassKey>?> OpenAsync(ConfigFile file, CancellationToken cancellationToken)
    {
        if (file.Repository != keys.Repository || access.Passphrase is null)
        {
            return null;
        }

        PassphraseTries tries = new(access.Passphrase);
        return await tries.OpenAsync(file, costly: false, cancellationToken)
            ?? await tries.OpenAsync(file, costly: true, cancellationToken);
    }

    private bool AreAllKnown(ConfigFile file) =>
        file.Config.Slots.IsDefaultOrEmpty
        || file.Config.Slots.SelectMany(slot => slot.Keys)
            .All(key => keys.Knows(KeySlot.ClassOf(key.Class, ConfigFile.BlobName(file.Number)), key.Generation));
}
