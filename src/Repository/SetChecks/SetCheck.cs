using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.SetChecks;

/// <summary>One check of one set, and what came of it: a verification, or the rehearsal of a restore.</summary>
/// <param name="Kind">One of <see cref="SetCheckKinds"/>; readers pass over others.</param>
/// <param name="Depth">How far a verification went, <c>structure</c>, <c>sample</c>, <c>data</c> or <c>live</c>; null of a drill.</param>
/// <param name="Started">By the clock of the host that made it, as <paramref name="Ended"/>.</param>
/// <param name="Passed">Nothing was wrong with the set, as far as was looked.</param>
/// <param name="Errors">How many things were.</param>
/// <param name="Findings">The first of them, one line each.</param>
/// <param name="Tool">Name and version of the program.</param>
public sealed record SetCheck(
    RunId Set,
    string Kind,
    string? Depth,
    DateTimeOffset Started,
    DateTimeOffset Ended,
    bool Passed,
    long Errors,
    ImmutableArray<string> Findings,
    string Tool
)
{
    /// <summary>Of a drill: what was restored, and how long that took.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecoveryFigures? Recovery { get; init; }
}

/// <summary>The kinds of checks.</summary>
public static class SetCheckKinds
{
    public const string Verify = "verify";
    public const string Drill = "drill";
}

/// <summary>What a drill restored and measured.</summary>
/// <param name="Seconds">From its beginning to its end, interruptions included.</param>
/// <param name="Phases">In their order.</param>
/// <param name="Required">Files that the restored database requires.</param>
/// <param name="Compared">Restored files whose bytes were compared with the live store.</param>
public sealed record RecoveryFigures(
    double Seconds,
    ImmutableArray<PhaseSeconds> Phases,
    long Files,
    long Bytes,
    long Required,
    long Compared
);

public sealed record PhaseSeconds(string Name, double Seconds);
