using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Records;

/// <summary>What a host says when it starts a verification.</summary>
/// <param name="Set">
/// The set's id; null: every set that the host may see. A host resolves <c>latest</c> before it starts.
/// </param>
/// <param name="ReadData">Every byte is read and every chunk's id recomputed.</param>
public sealed record VerifyInput(RunId? Set, bool ReadData)
{
    /// <summary>A part of the bytes is read, another one each time; null: none, or all of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SampleRequest? Sample { get; init; }

    /// <summary>The newest of the sets is compared with the content stores of the live installation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Live { get; init; }

    /// <summary>One of <see cref="VerifyDepths"/>.</summary>
    [JsonIgnore]
    public string Depth =>
        Live ? VerifyDepths.Live
        : Sample is not null ? VerifyDepths.Sample
        : ReadData ? VerifyDepths.Data
        : VerifyDepths.Structure;

    /// <summary>Bytes of files and dumps are read out of the repository.</summary>
    [JsonIgnore]
    public bool ReadsPacks => ReadData || Sample is not null;
}

/// <summary>How much of the bytes a sample reads: what comes first ends it.</summary>
/// <param name="Share">Of the bytes that the sets need, above 0 and at most 1; null: no limit.</param>
/// <param name="Budget">For so long packs are read; null: no limit.</param>
/// <param name="Turn">
/// Samples of the same turn read all packs one after the other: <c>all</c>, <c>latest</c>, or a set's id.
/// </param>
public sealed record SampleRequest(double? Share, TimeSpan? Budget, string Turn)
{
    /// <summary>Where neither limit is given.</summary>
    public const double UsualShare = 0.05;
}

/// <summary>How deep a verification looks.</summary>
public static class VerifyDepths
{
    /// <summary>Manifests, listings, a place for every chunk, every pack by its length, required files.</summary>
    public const string Structure = Phases.Structure;

    /// <summary>That, and a part of the packs.</summary>
    public const string Sample = "sample";

    /// <summary>That, and every byte of every pack.</summary>
    public const string Data = Phases.Data;

    /// <summary>Structure, and the files of the newest set against those of the content stores.</summary>
    public const string Live = Phases.Live;
}

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

    /// <summary>Where a sample begins; null where none is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SampleStart? Sample { get; init; }
}

/// <summary>Where the samples of a turn have come to. Packs come in the order of their ids' second halves, which are random.</summary>
/// <param name="After">The pack that was read last; any id where none was.</param>
/// <param name="Damaged">Packs in which damage was found: each sample reads them again, before all others.</param>
public sealed record SampleStart(string After, ImmutableArray<string> Damaged);

/// <param name="Part">One of <see cref="VerifyParts"/>.</param>
/// <param name="After">Where the step before ended; null at the beginning.</param>
public sealed record VerifyStepInput(VerifyInput Request, long Head, string Part, string? After)
{
    /// <summary>Of a sample: where it began; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SampleStart? Sample { get; init; }

    /// <summary>Of a sample: for how long earlier steps have read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan Spent { get; init; }
}

/// <param name="Next">Where the next step goes on; null where the part is done.</param>
/// <param name="IsStopped">Nothing more can be looked at; the report says why.</param>
/// <param name="Again">
/// What is found now in sets that an earlier process has reported on; null where none was looked at again.
/// </param>
public sealed record VerifiedStep(VerifyReport Report, string? Next, bool IsStopped = false, VerifyReport? Again = null)
{
    /// <summary>Of a sample: for how long the step has read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan Took { get; init; }
}

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

    /// <summary>Pack by pack: every byte, of all packs or of a part. The cursor is the pack's id.</summary>
    public const string Data = Phases.Data;

    /// <summary>
    /// File by file of the newest set, beside the live one. The cursor is the root's number and the path, in hexadecimal
    /// digits.
    /// </summary>
    public const string Live = Phases.Live;
}
