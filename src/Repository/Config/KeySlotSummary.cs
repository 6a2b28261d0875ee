using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>A passphrase that opens the repository, without the passphrase.</summary>
/// <param name="Id">8 hexadecimal digits.</param>
public sealed record KeySlotSummary(string Id, string Name, DateTimeOffset Created)
{
    internal static KeySlotSummary Of(SlotDocument slot) => new(slot.Id, slot.Name, slot.Created);

    /// <summary>Of all slots of a config; none with encryption <c>none</c>.</summary>
    internal static ImmutableArray<KeySlotSummary> AllOf(ConfigFile file) => [.. CurrentConfig.Slots(file).Select(Of)];
}
