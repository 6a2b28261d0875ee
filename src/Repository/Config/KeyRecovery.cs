using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>
/// Which of the store's configs should count. Whoever has keys of the log can make it name a config that does not open,
/// or one that lacks keys; nobody without a passphrase can make one that opens and holds others than it should.
/// </summary>
internal sealed class KeyRecovery(IBlobStore blobs, RepositoryAccess access, UInt128 repository)
{
    /// <summary>The one that should count in the place of the named one; null where that is right.</summary>
    /// <exception cref="PermanentException">Repository: none opens here.</exception>
    public async Task<(ConfigFile File, KeyRing Keys)?> FindAsync(
        ConfigStamp named,
        CancellationToken cancellationToken
    )
    {
        List<(ConfigFile File, KeyRing Keys)> open = [];
        foreach (int number in await ConfigFile.ListAsync(blobs, cancellationToken))
        {
            if (await TryOpenAsync(number, cancellationToken) is { } opened)
            {
                open.Add(opened);
            }
        }

        if (open.Count == 0)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"No config of the repository at {blobs.Location} opens here. Try the passphrase of another slot "
                    + "(repository.passphraseFile), or bring config/ back from a copy."
            );
        }

        // Keys of the log are never left out: the newest config is the one with the newest of them.
        (ConfigFile File, KeyRing Keys) best = open.OrderByDescending(config =>
                config.Keys.CurrentGeneration(KeyClass.Log)
            )
            .ThenByDescending(config => config.Keys.KeysOfConfig.Count)
            .ThenByDescending(config => config.File.Number)
            .First();
        foreach ((ConfigFile _, KeyRing keys) in open.Where(config => config.File.Stamp == named))
        {
            HashSet<(KeyClass, uint)> lacking = [.. best.Keys.KeysOfConfig.Select(key => (key.Class, key.Generation))];
            lacking.ExceptWith(keys.KeysOfConfig.Select(key => (key.Class, key.Generation)));
            if (!await AreNeededAsync(lacking, cancellationToken))
            {
                return null;
            }
        }

        return best;
    }

    private async Task<bool> AreNeededAsync(HashSet<(KeyClass, uint)> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return false;
        }

        List<(BlobItem, KeyClass, uint)> found = await new SealedUnder(blobs, repository).FindAsync(
            (keyClass, generation) => keys.Contains((keyClass, generation)),
            withLog: true,
            cancellationToken
        );
        return found.Count > 0;
    }

    private async Task<(ConfigFile File, KeyRing Keys)?> TryOpenAsync(int number, CancellationToken cancellationToken)
    {
        try
        {
            ConfigFile file = await ConfigFile.ReadAsync(blobs, number, cancellationToken);
            PassphraseTries? tries = ConfigKeys.TriesFor(access);

            // Not disposed: the keys of the one that is taken are those of the open repository from here on.
            KeyRing? keys =
                await ConfigKeys.TryOpenAsync(file, access, tries, costly: false, blobs.Location, cancellationToken)
                ?? await ConfigKeys.TryOpenAsync(file, access, tries, costly: true, blobs.Location, cancellationToken);
            return keys is not null && keys.Repository == repository ? (file, keys) : null;
        }
        catch (PermanentException exception) when (exception.Kind is ErrorKind.Repository or ErrorKind.Configuration)
        {
            // Whoever may write to the store could have put it there.
            return null;
        }
    }
}
