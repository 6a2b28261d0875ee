using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>
/// The config that the log names, and its replacement: a new config, then a log entry that makes it count.
/// </summary>
internal sealed class CurrentConfig(IBlobStore blobs, CommitLog log, KeyRing keys, TimeProvider time)
{
    /// <summary>The config that counts.</summary>
    public async Task<ConfigFile> ReadAsync(CancellationToken cancellationToken)
    {
        ConfigStamp stamp = (await log.ReadAsync(cancellationToken)).State.Config;
        ConfigFile file = await ConfigFile.ReadAsync(blobs, stamp.Number, cancellationToken);
        return file.Stamp == stamp
            ? file
            : throw Damage.In(ConfigFile.BlobName(stamp.Number), "it is not the config that the log names");
    }

    /// <summary>
    /// Makes another config count, and deletes older ones where the store permits and no key is lost with them. Where
    /// somebody else changes the keys at the same time: <see cref="ErrorKind.Busy"/>, and nothing of this change stays.
    /// </summary>
    /// <param name="computedFrom">The head after which alone the change is right; null: any that names the old one.</param>
    /// <returns>What counts now, and what is to be said of configs that could not be deleted, or null.</returns>
    public async Task<(ConfigFile File, string? Warning)> ReplaceAsync(
        ConfigFile old,
        RepositoryConfig config,
        CancellationToken cancellationToken,
        LogHead? computedFrom = null
    )
    {
        IReadOnlyList<int> numbers = await ConfigFile.ListAsync(blobs, cancellationToken);
        int number = ConfigFile.NumberAfter(numbers, old.Number);
        ConfigFile file =
            await ConfigFile.TryCreateAsync(blobs, time, number, config, cancellationToken)
            ?? throw new PermanentException(ErrorKind.Busy, "The keys are being changed by somebody else. Try again.");
        try
        {
            await log.AppendKeysAsync(old.Stamp, file.Stamp, cancellationToken, computedFrom);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Busy)
        {
            // Another change counts, and nothing will ever name this config; with its passphrases it must not stay.
            throw await DeleteAsync([number], cancellationToken) is { } warning
                ? new PermanentException(ErrorKind.Busy, $"{exception.Message} {warning}")
                : exception;
        }

        // Older ones as well: those that an earlier change could not delete, or had no time to.
        (IReadOnlyList<int> deletable, IReadOnlyList<int> needed) = await new OldConfigs(blobs, keys).JudgeAsync(
            numbers,
            old.Number,
            static _ => false,
            cancellationToken
        );
        string? left = await DeleteAsync(deletable, cancellationToken);
        return needed.Count == 0
            ? (file, left)
            : (
                file,
                $"{string.Join(", ", needed.Select(ConfigFile.BlobName))} were not deleted: they hold keys that "
                    + $"{ConfigFile.BlobName(number)} lacks and that blobs of the repository need. With them, a removed "
                    + $"passphrase still opens keys. {left}".TrimEnd()
            );
    }

    /// <summary>
    /// A generation that no config in the store names, also none of a rotation that was never finished: two keys under
    /// one number would be taken for each other.
    /// </summary>
    /// <param name="known">The newest generation of the config that counts.</param>
    public async Task<uint> NextGenerationAsync(uint known, CancellationToken cancellationToken)
    {
        uint newest = known;
        foreach (int number in await ConfigFile.ListAsync(blobs, cancellationToken))
        {
            try
            {
                ConfigFile file = await ConfigFile.ReadAsync(blobs, number, cancellationToken);
                newest = Slots(file)
                    .SelectMany(slot => slot.Keys)
                    .Select(key => key.Generation)
                    .Where(generation => generation <= known + KeySlot.MaxKeys)
                    .Append(newest)
                    .Max();
            }
            catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
            {
                // Whoever may write to the store could have put it there, with any number.
            }
        }

        return checked(newest + 1);
    }

    public static ImmutableArray<SlotDocument> Slots(ConfigFile file) =>
        file.Config.Slots.IsDefault ? [] : file.Config.Slots;

    /// <summary>Deletes configs that do not count. Returns what is to be said of those that stay, or null.</summary>
    private async Task<string?> DeleteAsync(IEnumerable<int> numbers, CancellationToken cancellationToken)
    {
        List<string> warnings = [];
        foreach (string name in numbers.Select(ConfigFile.BlobName))
        {
            try
            {
                await blobs.DeleteAsync(name, cancellationToken);
            }
            catch (AbfException exception) when (exception.Kind == ErrorKind.Storage)
            {
                warnings.Add(
                    $"{name} does not count any more, but could not be deleted ({exception.Message}). Delete it when "
                        + "the store permits: with it, a removed passphrase still opens the keys."
                );
            }
        }

        return warnings.Count == 0 ? null : string.Join(' ', warnings);
    }
}
