using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Flows.Retention.Records;

/// <summary>What a retention after a backup is told.</summary>
/// <param name="Set">The set after which it runs, for messages.</param>
public sealed record RetentionInput(RunId Set);

/// <summary>What a retention after a backup came to.</summary>
/// <param name="Forgotten">Sets that it has ended.</param>
/// <param name="Pruned">What the prune did; null where none was due.</param>
public sealed record RetentionResult(ImmutableArray<RunId> Forgotten, PruneReport? Pruned);

/// <summary>What <c>forget</c> is asked for.</summary>
/// <param name="Rules">What is kept; null where sets are named.</param>
/// <param name="Sets">The sets to forget; none where rules say it.</param>
public sealed record ForgetRequest(KeepRules? Rules, ImmutableArray<RunId> Sets);

/// <summary>Every set of the installation, kept or forgotten, in the order of the log.</summary>
public sealed record ForgetResult(ImmutableArray<SetVerdict> Verdicts)
{
    public IEnumerable<RunId> Forgotten => Verdicts.Where(verdict => !verdict.IsKept).Select(verdict => verdict.Set.Id);
}

/// <param name="IsDue">Whether a prune follows.</param>
public sealed record ForgottenSets(ImmutableArray<RunId> Sets, bool IsDue);

/// <param name="Report">What was done so far by this activity.</param>
/// <param name="IsDone">False: its time was up, and there is more.</param>
public sealed record PrunedPart(PruneReport Report, bool IsDone);

/// <summary>A prune that somebody asks for.</summary>
/// <param name="MaxUnused">The part of the stored bytes that may stay unused, 0 to 1; null: that of the configuration.</param>
/// <param name="MaxRepack">Bytes that are written anew at most, by all of it; null: as many as it takes.</param>
/// <param name="IsDryRun">Says what it would do.</param>
public sealed record PruneInput(double? MaxUnused, long? MaxRepack, bool IsDryRun);
