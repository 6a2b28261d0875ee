using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>A config that counts again, or would.</summary>
/// <param name="From">The number of the config that was taken.</param>
/// <param name="Config">Its number from here on.</param>
/// <param name="Slots">The passphrases that open it.</param>
public sealed record RecoveredKeys(int From, int Config, ImmutableArray<KeySlotSummary> Slots)
{
    /// <summary>The newest config that opens here; another than <see cref="From"/> where it lacks keys.</summary>
    public int Newest { get; init; }

    /// <summary>Slots of the config that was taken which the newest one does not have, such as removed ones.</summary>
    public ImmutableArray<KeySlotSummary> NotInNewest { get; init; } = [];

    /// <summary>Slots of the newest one which the config that was taken does not have.</summary>
    public ImmutableArray<KeySlotSummary> OnlyInNewest { get; init; } = [];
}
