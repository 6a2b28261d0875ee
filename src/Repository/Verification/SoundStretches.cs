using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>
/// Stretches that this verification has read and found sound: sets that share one need not have it read again. Some
/// 100 bytes each, at most 25 MiB. Thread-safe.
/// </summary>
/// <param name="isOn">Whether anything is remembered.</param>
internal sealed class SoundStretches(bool isOn)
{
    private const int MaxKnown = 250_000;

    private readonly ConcurrentDictionary<UInt128, (long Missing, bool EndsWithDirectory)> _known = new();
    private int _count;

    /// <param name="result">As it was found before.</param>
    public bool TryGet(UInt128 key, Stretch stretch, [NotNullWhen(true)] out VerifiedStretch? result)
    {
        result = null;
        if (!isOn || !_known.TryGetValue(key, out (long Missing, bool EndsWithDirectory) known))
        {
            return false;
        }

        long files = stretch.Rows.Sum(static row => (long)row.Files);
        result = new VerifiedStretch
        {
            Files = files,
            Directories = stretch.Rows.Sum(static row => (long)row.Entries) - files,
            Bytes = stretch.Rows.Sum(static row => row.Bytes),
            Required = stretch.Required.Sum(static row => (long)row.Files),
            Missing = known.Missing,
        };
        if (stretch.Rows.Count > 0)
        {
            result.First = new StretchEnd(stretch.Rows[0].First, IsDirectory: false);
            result.Last = new StretchEnd(stretch.Rows[^1].Last, known.EndsWithDirectory);
        }

        return true;
    }

    public void Add(UInt128 key, VerifiedStretch result)
    {
        bool isAdded =
            isOn
            && Volatile.Read(ref _count) < MaxKnown
            && _known.TryAdd(key, (result.Missing, result.Last?.IsDirectory ?? true));
        if (isAdded)
        {
            Interlocked.Increment(ref _count);
        }
    }
}
