using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Restore.Records;

/// <summary>What a host says when it starts a restore. Holds names of files with secrets, never a secret.</summary>
/// <param name="Set">
/// The set's id; a host resolves <c>latest</c> before it starts, so that a resumed restore stays with its set.
/// </param>
/// <param name="Target">The directory that becomes <c>dir.root</c>, absolute.</param>
/// <param name="Database">The database to fill; null restores files alone.</param>
/// <param name="Owner">Owns everything in place of the recorded owners; null: as recorded.</param>
/// <param name="Parallelism">Ranges of files restored at once.</param>
public sealed record RestoreInput(
    RunId Set,
    string Target,
    RestoreDatabaseTarget? Database,
    RestoreOwner? Owner,
    int Parallelism
)
{
    /// <summary>The same restore: how many ranges go side by side makes no other of it.</summary>
    public bool IsSameAs(RestoreInput other) => this with { Parallelism = other.Parallelism } == other;
}

/// <param name="Url">As <c>--database</c> takes it; has no password.</param>
/// <param name="PasswordFile">Read by each activity that needs it; null: none is sent.</param>
/// <param name="ToolPath">The directory of the vendor's tools; null: the search path.</param>
public sealed record RestoreDatabaseTarget(string Url, string? PasswordFile, string? ToolPath);

/// <param name="Uid">Null: left as it is.</param>
/// <param name="Gid">Null: left as it is.</param>
public sealed record RestoreOwner(uint? Uid, uint? Gid);

/// <summary>A restore that is done and was checked.</summary>
public sealed record RestoreResult
{
    public required RunId Set { get; init; }

    public required long Files { get; init; }

    public required long Bytes { get; init; }

    public required bool DatabaseRestored { get; init; }

    /// <summary>Files that the database requires.</summary>
    public required long Required { get; init; }

    /// <summary>Of these, the ones that the set does not have: what the set itself said when it was sealed.</summary>
    public required long Missing { get; init; }

    /// <summary>The first of them.</summary>
    public required ImmutableArray<string> NamedMissing { get; init; }

    /// <summary>
    /// Files that were gone or changed at the source when the set was taken, and are there as an earlier set had them.
    /// </summary>
    public required long CarriedOver { get; init; }

    /// <summary>Files and directories whose owner, mode or time could not be set.</summary>
    public required UnsetAttributes Unset { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>A person must see it, as when the set was sealed (exit code 3).</summary>
    public bool HasFindings => Missing > 0 || CarriedOver > 0;
}

/// <summary>
/// What a restore will do. A set may have a thousand roots: each is planned by itself, when its turn comes.
/// </summary>
public sealed record RestorePlan
{
    public required RunId Set { get; init; }

    /// <summary>How many roots there are, numbered as in the manifest.</summary>
    public required int Roots { get; init; }

    /// <summary>Null where the set has no dump.</summary>
    public string? DatabaseVendor { get; init; }

    public required long Files { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Required files that the set does not have.</summary>
    public required long KnownMissing { get; init; }

    /// <summary>Files that are there as an earlier set had them.</summary>
    public required long CarriedOver { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }
}

/// <param name="Number">Of the root in the set's manifest.</param>
/// <param name="Parallelism">Ranges that are wanted at least.</param>
public sealed record PlanRestoreRootInput(RunId Set, int Number, int Parallelism);

/// <param name="Name">Also the directory beneath the target.</param>
/// <param name="Class">Of its files' chunks.</param>
/// <param name="Cuts">
/// First paths of the second and further ranges, which can be restored side by side; at most 47 of at most 121 bytes.
/// </param>
public sealed record RestoreRoot(string Name, ContentRef Listing, ChunkClass Class, ImmutableArray<byte[]> Cuts);

/// <summary>What a dry run prints.</summary>
/// <param name="Roots">In the order of the manifest.</param>
public sealed record RestorePreview(RestorePlan Plan, ImmutableArray<PreviewedRoot> Roots);

public sealed record PreviewedRoot(string Name, long Files, long Bytes);

/// <param name="Paths">What is left of the range.</param>
public sealed record RestoreRangeInput(
    string Target,
    string Root,
    ContentRef Listing,
    ChunkClass Class,
    PathRange Paths,
    RestoreOwner? Owner
);

/// <param name="Next">Where the next step begins; null when the range is complete.</param>
public sealed record RestoredStep(byte[]? Next, RestoredTotals Totals);

/// <param name="Files">Files that are in place, those of an earlier attempt included.</param>
/// <param name="Bytes">Bytes of these files.</param>
public sealed record RestoredTotals(long Files, long Bytes, UnsetAttributes Unset)
{
    public static readonly RestoredTotals None = new(0, 0, UnsetAttributes.None);

    public static RestoredTotals operator +(RestoredTotals left, RestoredTotals right) => Add(left, right);

    public static RestoredTotals Add(RestoredTotals left, RestoredTotals right) =>
        new(left.Files + right.Files, left.Bytes + right.Bytes, left.Unset + right.Unset);
}

/// <summary>Counts of files and directories whose attributes could not be set as recorded.</summary>
public sealed record UnsetAttributes(long Owners, long Modes, long Times)
{
    public static readonly UnsetAttributes None = new(0, 0, 0);

    public static UnsetAttributes operator +(UnsetAttributes left, UnsetAttributes right) => Add(left, right);

    public static UnsetAttributes Add(UnsetAttributes left, UnsetAttributes right) =>
        new(left.Owners + right.Owners, left.Modes + right.Modes, left.Times + right.Times);
}

/// <param name="Totals">So far, in earlier generations.</param>
public sealed record RestoreRangeFlowInput(RestoreRangeInput Next, RestoredTotals Totals);

/// <param name="Warnings">What the vendor's client had to say.</param>
public sealed record RestoredDatabase(ImmutableArray<string> Warnings);

/// <param name="KnownMissing">How many the set said it lacks.</param>
public sealed record CheckRestoredInput(RestoreInput Restore, long KnownMissing);

/// <param name="Required">Files that are required.</param>
/// <param name="Missing">Required files that are not in the target, or of another size than the database says.</param>
/// <param name="Named">The first of them.</param>
public sealed record RestoreCheck(long Required, long Missing, ImmutableArray<string> Named);
