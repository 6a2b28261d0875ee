using System.Collections.Frozen;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// Packs that the index names and that the store does not have, or not in their length: what stands in them counts as
/// not stored.
/// </summary>
public sealed class LostPacks
{
    public static readonly LostPacks None = new([]);

    private readonly FrozenSet<PackId> _packs;

    public LostPacks(IEnumerable<PackId> packs) => _packs = packs.ToFrozenSet();

    public int Count => _packs.Count;

    /// <summary>In order of their ids.</summary>
    public IEnumerable<PackId> Packs => _packs.Order();

    public bool Contains(PackId pack) => _packs.Contains(pack);
}
