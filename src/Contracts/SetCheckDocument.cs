using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>What verified or rehearsed a set last; one that failed, until one passes that looks at least as deep.</summary>
/// <param name="Ended">UTC, by the clock of the host that made it.</param>
/// <param name="Depth">How far a verification went: <c>structure</c>, <c>sample</c>, <c>data</c>, <c>live</c>; null of a drill.</param>
/// <param name="Passed">Nothing was wrong with the set, as far as was looked.</param>
/// <param name="Seconds">From its beginning to its end: of a drill the time that a restore takes.</param>
/// <param name="Phases">Of a drill, the seconds that each part took; null of a verification.</param>
/// <param name="Findings">The first of what was wrong; told on the host alone by <c>show</c>, else absent.</param>
public sealed record SetCheckDocument(
    DateTime Ended,
    string? Depth,
    bool Passed,
    long Errors,
    double Seconds,
    IReadOnlyDictionary<string, double>? Phases,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Findings
)
{
    internal static SetCheckDocument? Of(SetCheck? check, bool withFindings = false) =>
        check is null
            ? null
            : new SetCheckDocument(
                check.Ended.UtcDateTime,
                check.Depth,
                check.Passed,
                check.Errors,
                Math.Round((check.Ended - check.Started).TotalSeconds, 1),
                check.Recovery is { Phases.IsDefault: false } recovery
                    ? recovery
                        .Phases.DistinctBy(phase => phase.Name)
                        .ToDictionary(phase => phase.Name, phase => phase.Seconds)
                    : null,
                withFindings ? [.. check.Findings] : null
            );
}
