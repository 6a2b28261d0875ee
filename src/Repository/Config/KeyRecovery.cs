using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>
/// Which of the store's configs should count. Whoever has keys of the log can make it name a config that does not open,
/// or one that lacks keys; nobody without a passphrase can make one that opens and holds others than it should.
/// </summary>
/// <param name="tries">One bound for all: whoever may write to the store could have put any of them there.</param>
internal sealed class KeyRecovery(IBlobStore blobs, RepositoryAccess access, UInt128 repository, PassphraseTries? tries)
{
    /// <summary>The one that should count in the place of the named one; null where that is right.</summary>
    /// <returns>With the newest of those that open here, whether it is that one or not.</returns>
    /// <exception cref="PermanentException">Repository: none opens here.</exception>
    public async Task<(ConfigFile File, KeyRing Keys, ConfigFile Newest)?> FindAsync(
        ConfigStamp named,
        CancellationToken cancellationToken
    )
    {
        List<OpenConfig> open = await OpenAllAsync(cancellationToken);

        // Keys of the log are never left out: a config without the newest of them is from before a rotation.
        uint newest = open.Max(config => config.Keys.CurrentGeneration(KeyClass.Log));
        HashSet<(KeyClass, uint)> known = [.. open.SelectMany(config => config.Held)];
        HashSet<(KeyClass, uint)> used = open.TrueForAll(config => known.IsSubsetOf(config.Held))
            ? []
            : await FindUsedAsync(known, cancellationToken);

        // An older config has passphrases that were removed and keys that were dropped: with every key that is needed,
        // the newest one is right. One with more counts only where each lacks some.
        OpenConfig[] whole = [.. open.Where(config => used.IsSubsetOf(config.Held))];
        OpenConfig best =
            whole
                .Where(config => config.Keys.CurrentGeneration(KeyClass.Log) == newest)
                .OrderByDescending(config => config.First)
                .FirstOrDefault()
            ?? open.OrderByDescending(config => config.Keys.CurrentGeneration(KeyClass.Log))
                .ThenByDescending(config => config.Held.Count)
                .ThenByDescending(config => config.First)
                .First();
        bool isRight = whole.Any(config =>
            config.File.Stamp == named
            && (config.First >= best.First || best.First > named.Number || config.File.Sha256 == best.File.Sha256)
        );
        return isRight ? null : (best.File, best.Keys, open.MaxBy(config => config.First)!.File);
    }

    private async Task<List<OpenConfig>> OpenAllAsync(CancellationToken cancellationToken)
    {
        Dictionary<int, OpenConfig> open = [];
        IReadOnlyList<int> numbers = await ConfigFile.ListAsync(blobs, cancellationToken);
        foreach ((bool costly, int number) in numbers.Select(n => (false, n)).Concat(numbers.Select(n => (true, n))))
        {
            if (!open.ContainsKey(number) && await TryOpenAsync(number, costly, cancellationToken) is { } opened)
            {
                open.Add(number, opened);
            }
        }

        if (open.Count == 0)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"No config of the repository at {blobs.Location} opens here. Try the passphrase of another slot "
                    + $"(repository.passphraseFile), or bring config/ back from a copy.{tries?.PassedOver}"
            );
        }

        // A copy of an older config under a later number is no newer for that.
        ILookup<string, int> copies = open.Values.ToLookup(config => config.File.Sha256, config => config.File.Number);
        return [.. open.Values.Select(config => config with { First = copies[config.File.Sha256].Min() })];
    }

    private async Task<HashSet<(KeyClass, uint)>> FindUsedAsync(
        HashSet<(KeyClass, uint)> keys,
        CancellationToken cancellationToken
    ) =>
        [
            .. (
                await new SealedUnder(blobs, repository).FindAsync(
                    (keyClass, generation) => keys.Contains((keyClass, generation)),
                    withLog: true,
                    cancellationToken
                )
            ).Select(found => (found.Class, found.Generation)),
        ];

    private async Task<OpenConfig?> TryOpenAsync(int number, bool costly, CancellationToken cancellationToken)
    {
        try
        {
            ConfigFile file = await ConfigFile.ReadAsync(blobs, number, cancellationToken);

            // Not disposed: the keys of the one that is taken are those of the open repository from here on.
            KeyRing? keys = await ConfigKeys.TryOpenAsync(
                file,
                access,
                tries,
                costly,
                blobs.Location,
                cancellationToken
            );
            return keys is not null && keys.Repository == repository ? new OpenConfig(file, keys, number) : null;
        }
        catch (PermanentException exception) when (exception.Kind is ErrorKind.Repository or ErrorKind.Configuration)
        {
            // Whoever may write to the store could have put it there.
            return null;
        }
    }

    /// <param name="First">The lowest number under which the same bytes stand.</param>
    private sealed record OpenConfig(ConfigFile File, KeyRing Keys, int First)
    {
        public HashSet<(KeyClass Class, uint Generation)> Held { get; } =
        [.. Keys.KeysOfConfig.Select(key => (key.Class, key.Generation))];
    }
}
