using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>Packs that the repository lost, as a result page has them; never part of history.</summary>
/// <param name="Packs">Ids, 32 hexadecimal digits each.</param>
public sealed record LostPackList(ImmutableArray<string> Packs)
{
    public static LostPackList Of(LostPacks lost) => new([.. lost.Packs.Select(pack => pack.ToString())]);

    public LostPacks ToPacks() =>
        new(
            Packs.Select(text =>
                PackId.TryParse(text, out PackId pack) ? pack : throw new JsonException($"'{text}' is no pack's id.")
            )
        );
}
