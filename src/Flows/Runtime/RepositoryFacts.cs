using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>One look at a repository, for metrics.</summary>
/// <param name="Read">When it was looked at.</param>
/// <param name="Alarms">How many stand in the log.</param>
/// <param name="Findings">Of the newest set, from its manifest: kind and number.</param>
/// <param name="Phases">Of the newest consistent set.</param>
/// <param name="StoredBytes">Of all packs.</param>
public sealed record RepositoryFacts(
    DateTimeOffset Read,
    SetFacts Sets,
    int Alarms,
    ImmutableArray<(string Kind, long Count)> Findings,
    ImmutableArray<PhaseTimes> Phases,
    long StoredBytes
);
