using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>
/// What it may cost to try a passphrase on the key slots of a repository, all its configs together: nobody has
/// authenticated them before one opens, so whoever may write to the store could have put them there. Slots that cost no
/// more than usual are tried before all others. One that would cost too much is passed over, and named.
/// </summary>
/// <param name="maxCost">KiB times passes, of all tries together.</param>
/// <param name="failed">
/// Slots that the passphrase is known not to open, as <see cref="IdOf"/> has them: they cost nothing. Those of this
/// search are added.
/// </param>
internal sealed class PassphraseTries(
    Secret passphrase,
    long maxCost = PassphraseTries.MaxCost,
    ConcurrentDictionary<string, byte>? failed = null
)
{
    /// <summary>KiB times passes: a full config of usual slots, or one slot that costs the most that the format
    /// permits.</summary>
    private const long MaxCost = 16L << 20;

    private const int MaxNamed = 5;

    private static readonly long UsualCost = CostOf(KeyDerivation.Usual);

    private readonly long _maxMemoryKiB = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 / 1024;
    private readonly ConcurrentDictionary<string, byte> _failed = failed ?? new(StringComparer.Ordinal);
    private readonly List<string> _passedOver = [];
    private long _left = maxCost;

    /// <summary>Which slots were passed over, as a sentence; empty where none was.</summary>
    public string PassedOver =>
        _passedOver.Count == 0
            ? string.Empty
            : $" These key slots were passed over, because to try them costs too much: {string.Join("; ", _passedOver.Take(MaxNamed))}{More}. "
                + "abf makes no such slots: where nobody of yours did, delete the config that holds them.";

    /// <summary>The keys, or null where the passphrase opens no slot of the config that was tried.</summary>
    /// <param name="costly">Whether the slots are tried that cost more than usual, or the others.</param>
    public async Task<IReadOnlyList<ClassKey>?> OpenAsync(
        ConfigFile file,
        bool costly,
        CancellationToken cancellationToken
    )
    {
        string name = ConfigFile.BlobName(file.Number);
        foreach (SlotDocument slot in file.Config.Slots.OrderBy(slot => CostOf(slot.Kdf)))
        {
            if (
                slot.Type != KeySlot.PassphraseType
                || CostOf(slot.Kdf) > UsualCost != costly
                || _failed.ContainsKey(IdOf(slot, file))
                || !MayTry(slot, name)
            )
            {
                continue;
            }

            if (await TryAsync(slot, file, cancellationToken) is { } keys)
            {
                return keys;
            }

            _failed[IdOf(slot, file)] = 0;
        }

        return null;
    }

    /// <summary>Whether the passphrase opens one of these slots of a config, whatever they cost.</summary>
    public async Task<bool> OpensAnyAsync(
        ConfigFile file,
        IEnumerable<SlotDocument> slots,
        CancellationToken cancellationToken
    )
    {
        string name = ConfigFile.BlobName(file.Number);
        foreach (SlotDocument slot in slots.OrderBy(slot => CostOf(slot.Kdf)))
        {
            if (
                slot.Type == KeySlot.PassphraseType
                && MayTry(slot, name)
                && await TryAsync(slot, file, cancellationToken) is not null
            )
            {
                return true;
            }
        }

        return false;
    }

    private string More =>
        _passedOver.Count <= MaxNamed
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $", and {_passedOver.Count - MaxNamed} more");

    /// <summary>Beside this thread: the derivation cannot be stopped, and a stop does not wait for it.</summary>
    private Task<IReadOnlyList<ClassKey>?> TryAsync(
        SlotDocument slot,
        ConfigFile file,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
                () => KeySlot.TryOpen(slot, file.Repository, passphrase, ConfigFile.BlobName(file.Number)),
                CancellationToken.None
            )
            .WaitAsync(cancellationToken);

    /// <summary>All that a try hangs on: configs share slots, and nobody makes one fail by a copy that differs.</summary>
    private static string IdOf(SlotDocument slot, ConfigFile file) =>
        file.Config.Repository
        + ConfigFile.HashOf(JsonSerializer.SerializeToUtf8Bytes(slot, ConfigJson.Default.SlotDocument));

    private bool MayTry(SlotDocument slot, string name)
    {
        long cost = CostOf(slot.Kdf);
        if (KeyDerivation.IsBounded(slot.Kdf) && slot.Kdf.MemoryKiB <= _maxMemoryKiB && cost <= _left)
        {
            _left -= cost;
            return true;
        }

        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"'{slot.Id}' of {name} ({slot.Kdf.MemoryKiB / 1024} MiB, {slot.Kdf.Iterations} passes)"
        );
        if (!_passedOver.Contains(line, StringComparer.Ordinal))
        {
            _passedOver.Add(line);
        }

        return false;
    }

    private static long CostOf(KdfDocument kdf) => (long)kdf.MemoryKiB * kdf.Iterations;
}
