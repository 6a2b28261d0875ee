using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// Which of the packs that the index names are in the store with the right length, by one listing of <c>packs/</c>,
/// which of them the sets need, and how many others are there. About 50 bytes a pack, so some MiB for 10 TB. Thread-safe.
/// </summary>
internal sealed class PackInventory
{
    private readonly IReadOnlyList<PackEntry> _packs;
    private readonly Dictionary<PackId, int> _numbers;
    private readonly long[] _lengths;
    private readonly bool[] _needed;
    private readonly bool[] _replaced;
    private readonly Lock _gate = new();
    private (long Packs, long Bytes) _unnamed;

    private PackInventory(IReadOnlyList<PackEntry> packs)
    {
        _packs = packs;
        _numbers = new Dictionary<PackId, int>(packs.Count);
        _lengths = new long[packs.Count];
        _needed = new bool[packs.Count];
        _replaced = new bool[packs.Count];
        for (int i = 0; i < packs.Count; i++)
        {
            _numbers[packs[i].Id] = i;
            _lengths[i] = -1;
        }
    }

    /// <summary>The packs that <see cref="Need"/> was called for.</summary>
    public IEnumerable<PackEntry> Needed =>
        Enumerable.Range(0, _packs.Count).Where(i => _needed[i]).Select(i => _packs[i]);

    public static async Task<PackInventory> ListAsync(
        IBlobStore blobs,
        ChunkIndex index,
        CancellationToken cancellationToken
    )
    {
        PackInventory inventory = new(index.Packs);
        await foreach (BlobItem item in blobs.ListAsync("packs/", cancellationToken))
        {
            if (!PackId.TryParseBlobName(item.Name, out PackId id))
            {
                continue;
            }

            if (inventory._numbers.TryGetValue(id, out int number))
            {
                inventory._lengths[number] = item.Length;
            }
            else
            {
                inventory._unnamed = (inventory._unnamed.Packs + 1, inventory._unnamed.Bytes + item.Length);
            }
        }

        return inventory;
    }

    /// <summary>
    /// Notes that a set needs the pack. Returns what is wrong with it the first time it is asked for; null where
    /// nothing is, or where it was said.
    /// </summary>
    public string? Need(PackEntry pack)
    {
        int number = _numbers[pack.Id];
        if (_needed[number])
        {
            return null;
        }

        lock (_gate)
        {
            if (_needed[number])
            {
                return null;
            }

            _needed[number] = true;
        }

        return _lengths[number] == pack.Length ? null
            : _lengths[number] < 0 ? $"Pack '{pack.Id.BlobName}' is missing."
            : $"Pack '{pack.Id.BlobName}' has {_lengths[number]} bytes, not {pack.Length}.";
    }

    /// <summary>Packs that are lost, but of which the sets need nothing that is not stored again in another.</summary>
    public int Replaced => Enumerable.Range(0, _packs.Count).Count(i => _replaced[i] && !_needed[i]);

    /// <summary>
    /// Packs in the store that <see cref="Need"/> was not called for, and those that no index blob names: what runs
    /// needed while they were at work, and what runs without a set left.
    /// </summary>
    public (long Packs, long Bytes) Unneeded()
    {
        (long packs, long bytes) = _unnamed;
        for (int i = 0; i < _packs.Count; i++)
        {
            if (!_needed[i] && _lengths[i] >= 0)
            {
                (packs, bytes) = (packs + 1, bytes + _lengths[i]);
            }
        }

        return (packs, bytes);
    }

    /// <summary>A chunk of this lost pack stands in another.</summary>
    public void NoteReplaced(PackEntry pack) => _replaced[_numbers[pack.Id]] = true;

    public bool IsWhole(PackEntry pack) => _lengths[_numbers[pack.Id]] == pack.Length;

    public int NumberOf(PackEntry pack) => _numbers[pack.Id];
}
