using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>
/// Configs that do not count any more, and which of them may go. Somebody who has keys of the log alone can make the log
/// name a config that lacks some; so one goes only where each key that it names is in the one that counts, or nothing is
/// sealed under that key.
/// </summary>
internal sealed class OldConfigs(IBlobStore blobs, KeyRing keys)
{
    /// <param name="older">Numbers of the store's configs that do not count.</param>
    /// <param name="opened">The number of the config whose keys all stand in the one that counts.</param>
    /// <param name="mayWait">
    /// Whether nothing hangs on a config for now, such as one that the store would not delete: no blob is read for it.
    /// </param>
    /// <returns>Numbers that may go, and those of which some key is needed, or nobody here can tell.</returns>
    public async Task<(IReadOnlyList<int> Deletable, IReadOnlyList<int> Needed)> JudgeAsync(
        IReadOnlyList<int> older,
        int opened,
        Func<int, bool> mayWait,
        CancellationToken cancellationToken
    )
    {
        if (older.Count == 0)
        {
            return ([], []);
        }

        if (opened != keys.OpenedConfig)
        {
            // Only held against a key file, or not opened at all: nobody here can tell which keys it really holds.
            return ([], older);
        }

        HashSet<(KeyClass, uint)> known = [.. keys.KeysOfConfig.Select(key => (key.Class, key.Generation))];
        Dictionary<int, (KeyClass Class, uint Generation)[]> lacking = [];
        foreach (int number in older)
        {
            lacking[number] = [.. (await NamedAsync(number, cancellationToken)).Where(key => !known.Contains(key))];
        }

        foreach (int number in older.Where(number => lacking[number].Length > 0 && mayWait(number)))
        {
            lacking.Remove(number);
        }

        HashSet<(KeyClass Class, uint Generation)> asked = [.. lacking.Values.SelectMany(named => named)];
        HashSet<(KeyClass Class, uint Generation)> used = asked.Count == 0 ? [] : await UsedAsync();
        return (
            [.. older.Where(number => lacking.TryGetValue(number, out var named) && !named.Any(used.Contains))],
            [.. older.Where(number => lacking.TryGetValue(number, out var named) && named.Any(used.Contains))]
        );

        async Task<HashSet<(KeyClass, uint)>> UsedAsync() =>
            [
                .. (
                    await new SealedUnder(blobs, keys.Repository).FindAsync(
                        (keyClass, generation) => asked.Contains((keyClass, generation)),
                        withLog: asked.Any(key => key.Class == KeyClass.Log),
                        cancellationToken
                    )
                ).Select(found => (found.Class, found.Generation)),
            ];
    }

    /// <summary>The keys that a config says it holds; none where it is no config.</summary>
    private async Task<ImmutableArray<(KeyClass Class, uint Generation)>> NamedAsync(
        int number,
        CancellationToken cancellationToken
    )
    {
        try
        {
            ConfigFile file = await ConfigFile.ReadAsync(blobs, number, cancellationToken);
            string name = ConfigFile.BlobName(number);
            return
            [
                .. CurrentConfig
                    .Slots(file)
                    .SelectMany(slot => slot.Keys)
                    .Select(key => (KeySlot.ClassOf(key.Class, name), key.Generation))
                    .Distinct(),
            ];
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // Damaged, or gone meanwhile: nobody opens it.
            return [];
        }
    }
}
