using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>From the configs in a store to an open repository: which of them counts, and which the passphrase opens.</summary>
internal static class RepositoryOpening
{
    public static async Task<BackupRepository> RunAsync(
        IBlobStore blobs,
        RepositoryAccess access,
        CancellationToken cancellationToken
    )
    {
        PassphraseTries? tries = ConfigKeys.TriesFor(access);
        (BackupRepository? repository, PermanentException? why, bool moved) = await TryOpenAsync(
            blobs,
            access,
            tries,
            cancellationToken
        );
        if (repository is null && moved)
        {
            // A change of the keys may delete a config between the listing and the read: then the next listing has the
            // one that counts.
            (repository, why, _) = await TryOpenAsync(blobs, access, tries, cancellationToken);
        }

        return repository
            ?? throw new PermanentException(
                ErrorKind.Repository,
                (
                    why?.Message
                    ?? (
                        access.KeyFile is null
                            ? $"The passphrase does not open the repository at {blobs.Location}. Check "
                                + "repository.passphraseFile."
                            : $"The key file is of another repository than that at {blobs.Location}. Check "
                                + "repository.keyFile."
                    )
                ) + tries?.PassedOver,
                why
            );
    }

    /// <summary>
    /// Tries one config after the other. One that is no good is only remembered as the reason: whoever may write to the
    /// store could put it there. One that opens a log with an alarm, and that the log does not name, is taken where no
    /// other will do: it may be of a change of the keys that was never finished, and what is sealed with such keys is
    /// lost.
    /// </summary>
    private static async Task<(BackupRepository? Repository, PermanentException? Why, bool Moved)> TryOpenAsync(
        IBlobStore blobs,
        RepositoryAccess access,
        PassphraseTries? tries,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<int> numbers = await ListConfigsAsync(blobs, cancellationToken);
        PermanentException? why = null;
        BackupRepository? unnamed = null;
        bool moved = false;
        foreach ((bool costly, int number) in numbers.Select(n => (false, n)).Concat(numbers.Select(n => (true, n))))
        {
            bool newer = false;
            try
            {
                if (await ConfigFile.TryReadBytesAsync(blobs, number, cancellationToken) is not { } bytes)
                {
                    moved = true;
                    why ??= Damage.Missing(ConfigFile.BlobName(number));
                    continue;
                }

                newer = ConfigFile.IsNewer(bytes);
                ConfigFile file = ConfigFile.From(number, bytes, blobs.Location);
                KeyRing? keys = await ConfigKeys.TryOpenAsync(
                    file,
                    access,
                    tries,
                    costly,
                    blobs.Location,
                    cancellationToken
                );
                if (keys is null)
                {
                    continue;
                }

                (BackupRepository opened, bool isNamed) = await OpenAsync(blobs, access, file, keys, cancellationToken);
                if (isNamed)
                {
                    if (unnamed is not null)
                    {
                        await unnamed.DisposeAsync();
                    }

                    return (opened, null, moved);
                }

                if (unnamed is null)
                {
                    unnamed = opened;
                }
                else
                {
                    await opened.DisposeAsync();
                }
            }
            catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository && !newer)
            {
                why ??= exception;
            }
        }

        return (unnamed, why, moved);
    }

    /// <summary>The numbers of the configs, the highest first; there is at least one.</summary>
    public static async Task<IReadOnlyList<int>> ListConfigsAsync(IBlobStore blobs, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> numbers = await ConfigFile.ListAsync(blobs, cancellationToken);
        if (numbers.Count > 0)
        {
            return numbers;
        }

        if (await blobs.ListAsync(LogNames.Prefix, cancellationToken).AnyAsync(cancellationToken))
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"The repository at {blobs.Location} has a log and no config: the config has the keys, without which "
                    + "no set can be read. Bring config/ back from a copy of the repository."
            );
        }

        throw new PermanentException(
            ErrorKind.Configuration,
            $"There is no repository at {blobs.Location}. Check repository.url and that its volume is mounted"
                + $"{StoreName.OrInit}."
        );
    }

    /// <summary>
    /// Takes the keys over. A config that the log does not name as the one that counts is refused, unless there is an
    /// alarm.
    /// </summary>
    private static async Task<(BackupRepository Repository, bool IsNamed)> OpenAsync(
        IBlobStore blobs,
        RepositoryAccess access,
        ConfigFile file,
        KeyRing keys,
        CancellationToken cancellationToken
    )
    {
        SealedBlobs opened = new(blobs, keys, access.Time) { NewKeys = new NewKeys(blobs, access, keys).FindAsync };
        try
        {
            LogCache? cache = access.KeepsLog ? new LogCache(access.CacheDirectory, keys.Repository) : null;
            CommitLog log = new(opened, access.Time, cache);
            LogHead head = await log.ReadAsync(
                access.Remembered?.Invoke(BackupRepository.IdOf(keys)),
                cancellationToken
            );
            ConfigStamp current = head.State.Config;

            if (current == file.Stamp && access.KeyFile is null)
            {
                keys.OpenedConfig = file.Number;
            }

            // An entry that cannot be read may be the one that names this config; the keys opened the log, and an alarm
            // is raised.
            return current == file.Stamp || !head.Alarms.IsEmpty || access.TakesUnnamed
                ? (new BackupRepository(opened, access, keys, log, file), current == file.Stamp)
                : throw new PermanentException(
                    ErrorKind.Repository,
                    $"The passphrase opens {ConfigFile.BlobName(file.Number)} of the repository at {blobs.Location}, "
                        + $"but {ConfigFile.BlobName(current.Number)} counts: the passphrase was removed, or that file "
                        + "is missing or was changed. Use another passphrase (repository.passphraseFile); where somebody else "
                        + "wrote it, 'abf key recover' has one count again that opens."
                );
        }
        catch
        {
            opened.Dispose();
            keys.Dispose();
            throw;
        }
    }
}
