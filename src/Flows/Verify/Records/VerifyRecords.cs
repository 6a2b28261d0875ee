using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Records;

/// <summary>What a host says when it starts a verification.</summary>
/// <param name="Set">
/// The set's id; null: every set that the host may see. A host resolves <c>latest</c> before it starts.
/// </param>
/// <param name="ReadData">Every byte is read and every chunk's id recomputed.</param>
public sealed record VerifyInput(RunId? Set, bool ReadData);

/// <param name="Head">
/// Sequence of the log's newest entry when the verification began: what came later was not looked at. -1: the
/// repository cannot be opened.
/// </param>
public sealed record VerifyResult(long Head, VerifyReport Report);

/// <summary>What is recorded beside the sets.</summary>
public sealed record RecordVerificationInput(VerifyInput Request, VerifyResult Result, DateTimeOffset Started);

/// <param name="Head">
/// Sequence of the log's newest entry; the sets up to it are verified, so that a verification ends.
/// </param>
/// <param name="Report">The log's alarms, or why the repository cannot be opened.</param>
public sealed record VerifyPlan(long Head, VerifyReport Report)
{
    /// <summary>As the head of a repository that cannot be opened.</summary>
    public const long Nothing = -1;
}

/// <param name="Part">One of <see cref="VerifyParts"/>.</param>
/// <param name="After">Where the step before ended; null at the beginning.</param>
public sealed record VerifyStepInput(VerifyInput Request, long Head, string Part, string? After);

/// <param name="Next">Where the next step goes on; null where the part is done.</param>
/// <param name="IsStopped">Nothing more can be looked at; the report says why.</param>
/// <param name="Again">
/// What is found now in sets that an earlier process has reported on; null where none was looked at again.
/// </param>
public sealed record VerifiedStep(
    VerifyReport Report,
    string? Next,
    bool IsStopped = false,
    VerifyReport? Again = null
);

/// <param name="Report">So far, in earlier generations.</param>
public sealed record VerifyPartInput(VerifyStepInput Next, VerifyReport Report);

/// <param name="IsStopped">As in <see cref="VerifiedStep"/>.</param>
public sealed record VerifiedPart(VerifyReport Report, bool IsStopped);

/// <summary>What is verified first, and what then: the phases of a verification.</summary>
public static class VerifyParts
{
    /// <summary>
    /// Set by set: manifest, listings, packs by their length, required files. The cursor is the set's place in the log.
    /// </summary>
    public const string Structure = Phases.Structure;

    /// <summary>Pack by pack: every byte. The cursor is the pack's id.</summary>
    public const string Data = Phases.Data;
}
