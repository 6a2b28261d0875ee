using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows;

/// <summary>What a host says when it starts a verification.</summary>
/// <param name="Set">The set's id; null: every set that the host may see. A host resolves <c>latest</c> before it starts.</param>
/// <param name="ReadData">Every byte is read and every chunk's id recomputed.</param>
public sealed record VerifyInput(string? Set, bool ReadData);

/// <param name="Head">Sequence of the log's newest entry when the verification began: what came later was not looked at.</param>
/// <param name="Errors">All findings of severity error; <paramref name="Findings"/> has the first hundred findings.</param>
/// <param name="Warnings">All findings of severity warning.</param>
public sealed record VerifyResult(long Head, VerifyTotals Totals, long Errors, long Warnings, ImmutableArray<Finding> Findings)
{
    /// <summary>Every set that was looked at restores, as far as was looked.</summary>
    public bool IsSound => Errors == 0;
}
