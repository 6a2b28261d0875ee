using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// What everybody who watches an installation asks: <c>abf check</c>, notifications and metrics judge by these, each in
/// its own way.
/// </summary>
/// <param name="Sets">Newest first.</param>
/// <param name="Newest">The newest consistent one that was backed up: what was imported says nothing of the
/// backups.</param>
/// <param name="Last">The newest that was backed up, consistent or not.</param>
/// <param name="Verified">The last verification of any of them; null: none is recorded.</param>
/// <param name="Drilled">The last drill of any of them; null: none is recorded.</param>
/// <param name="Failed">Those whose verification failed, and none that looks as far has passed since; the oldest
/// first.</param>
public sealed record SetFacts(
    IReadOnlyList<SetSummary> Sets,
    SetSummary? Newest,
    SetSummary? Last,
    SetCheck? Verified,
    SetCheck? Drilled,
    IReadOnlyList<RunId> Failed
)
{
    /// <param name="sets">Newest first.</param>
    /// <param name="checks">Those of other sets do not count.</param>
    public static SetFacts Of(IReadOnlyList<SetSummary> sets, SetCheckTable checks) =>
        new(
            sets,
            FindNewest(sets),
            sets.FirstOrDefault(static set => !set.Imported),
            InstallationSets.FindLastCheck(checks, sets, SetCheckKinds.Verify),
            InstallationSets.FindLastCheck(checks, sets, SetCheckKinds.Drill),
            [
                .. sets.Select(static set => set.Id)
                    .Where(set => checks.FindLast(set, SetCheckKinds.Verify) is { Passed: false })
                    .Reverse(),
            ]
        );

    /// <inheritdoc cref="Newest"/>
    /// <param name="sets">Newest first.</param>
    public static SetSummary? FindNewest(IEnumerable<SetSummary> sets) =>
        sets.FirstOrDefault(static set => set is { Consistent: true, Imported: false });
}
