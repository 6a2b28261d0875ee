using System.Collections.Immutable;
using System.Text.Json.Serialization;
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
    /// <summary>A loss in the repository ends the restore; otherwise it takes only what is lost.</summary>
    public bool Strict { get; init; }

    /// <summary>
    /// No files: <paramref name="Target"/> is a directory of the host's own, for the marker alone, and goes with it.
    /// </summary>
    public bool DatabaseOnly { get; init; }

    /// <summary>Too little free space in the target is a warning: its file system compresses.</summary>
    public bool AnySpace { get; init; }

    /// <summary>Which part of the set; null: all of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RestoreSelection? Selection { get; init; }

    /// <summary>The target holds a damaged installation: only what is missing there, or differs, is written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Repair { get; init; }

    /// <summary>Of a repair: what differs is replaced; otherwise it is named and kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Overwrite { get; init; }

    /// <summary>The same restore: how many ranges go side by side makes no other of it.</summary>
    public bool IsSameAs(RestoreInput other) => this with { Parallelism = other.Parallelism } == other;
}

/// <param name="Url">As <c>--database</c> takes it; has no password.</param>
/// <param name="PasswordFile">Read by each activity that needs it; null: none is sent.</param>
/// <param name="ToolPath">The directory of the vendor's tools; null: the search path.</param>
public sealed record RestoreDatabaseTarget(string Url, string? PasswordFile, string? ToolPath)
{
    /// <summary>Of a drill: its id, by which it knows what it put into the database; null: no drill's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Mark { get; init; }
}

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

    /// <summary>Of these, the ones that the set does not have: what the set itself said when it was committed.</summary>
    public required long Missing { get; init; }

    /// <summary>The first of them.</summary>
    public required ImmutableArray<string> NamedMissing { get; init; }

    /// <summary>
    /// Files that were gone or changed at the source when the set was taken, and are there as an earlier set had them.
    /// </summary>
    public required long CarriedOver { get; init; }

    /// <summary>Why nobody knows whether the files fit the database; null where that was proved.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unproven { get; init; }

    /// <summary>Files that the repository lost: they are not in the target.</summary>
    public long Lost { get; init; }

    /// <summary>The first of them with why; the target's <c>abf-lost-files.txt</c> has them all.</summary>
    public ImmutableArray<string> NamedLost { get; init; } = [];

    /// <summary>Of a part of a set: what else it has; null for all of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LeftOut? LeftOut { get; init; }

    /// <summary>Of a repair: what it found; null for other restores.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RepairedFiles? Repaired { get; init; }

    /// <summary>Files and directories whose owner, mode or time could not be set.</summary>
    public required UnsetAttributes Unset { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>A person must see it, as when the set was committed (exit code 3).</summary>
    public bool HasFindings =>
        Missing > 0 || CarriedOver > 0 || Lost > 0 || Unproven is not null || Repaired is { Differing: > 0 };
}

/// <summary>What a set has beside the part of it that is restored.</summary>
/// <param name="Files">Files, those of roots that are left out included.</param>
/// <param name="Bytes">Of these files.</param>
/// <param name="Roots">Roots of which nothing is restored, the first of them.</param>
/// <param name="Database">The set has a database dump that is not restored.</param>
public sealed record LeftOut(long Files, long Bytes, ImmutableArray<string> Roots, bool Database)
{
    /// <summary>Required files that were not looked up, because the part does not hold them.</summary>
    public long Required { get; init; }
}

/// <summary>What a repair found in its target.</summary>
/// <param name="Same">Files that were there with the bytes of the set, and were not touched.</param>
/// <param name="Missing">Files that were missing, and are there now.</param>
/// <param name="Replaced">Files that differed, and were replaced.</param>
/// <param name="Differing">Files that differ, and were kept.</param>
/// <param name="NamedDiffering">The first of these with why; the target's <c>abf-differing-files.txt</c> has them
/// all.</param>
public sealed record RepairedFiles(
    long Same,
    long Missing,
    long Replaced,
    long Differing,
    ImmutableArray<string> NamedDiffering
);

/// <summary>
/// What a restore will do. A set may have a thousand roots: each is planned by itself, when its turn comes.
/// </summary>
public sealed record RestorePlan
{
    public required RunId Set { get; init; }

    /// <summary>How many roots there are, numbered as in the manifest.</summary>
    public required int Roots { get; init; }

    /// <summary>Of a part of a set: the numbers of the roots that have files of it; null: all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int[]? Selected { get; init; }

    /// <inheritdoc cref="RestoreResult.LeftOut"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LeftOut? LeftOut { get; init; }

    /// <summary>Null where the set has no dump.</summary>
    public string? DatabaseVendor { get; init; }

    public required long Files { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Required files that the set does not have.</summary>
    public required long KnownMissing { get; init; }

    /// <summary>Files that are there as an earlier set had them.</summary>
    public required long CarriedOver { get; init; }

    /// <inheritdoc cref="RestoreResult.Unproven"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unproven { get; init; }

    /// <summary>Files that do not restore, as far as that is known beforehand: packs of theirs are not in the
    /// store.</summary>
    public long Lost { get; init; }

    /// <summary>Bytes of these files.</summary>
    public long LostBytes { get; init; }

    /// <summary>What is lost, one line each, as many as fit.</summary>
    public ImmutableArray<string> NamedLost { get; init; } = [];

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
public sealed record RestoreRoot(string Name, ContentRef Listing, ChunkClass Class, ImmutableArray<byte[]> Cuts)
{
    /// <summary>The list of its required files; null where it has none.</summary>
    public ContentRef? Required { get; init; }

    /// <summary>How many there are.</summary>
    public long Files { get; init; }
}

/// <summary>What a dry run prints.</summary>
/// <param name="Roots">In the order of the manifest.</param>
public sealed record RestorePreview(RestorePlan Plan, ImmutableArray<PreviewedRoot> Roots)
{
    /// <inheritdoc cref="RestoreResult.Repaired"/>
    public RepairedFiles? Repaired { get; init; }
}

public sealed record PreviewedRoot(string Name, long Files, long Bytes);

/// <summary>What a part of a set holds of a root.</summary>
internal sealed record SelectedRoot(
    int Number,
    RootStamp Root,
    long Files,
    long Bytes,
    long Directories,
    long CarriedOver
);

/// <param name="Paths">What is left of the range.</param>
public sealed record RestoreRangeInput(
    string Target,
    string Root,
    ContentRef Listing,
    ChunkClass Class,
    PathRange Paths,
    RestoreOwner? Owner
)
{
    /// <inheritdoc cref="RestoreInput.Strict"/>
    public bool Strict { get; init; }

    /// <inheritdoc cref="RestoreInput.Selection"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RestoreSelection? Selection { get; init; }

    /// <inheritdoc cref="RestoreInput.Repair"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Repair { get; init; }

    /// <inheritdoc cref="RestoreInput.Overwrite"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Overwrite { get; init; }
}

/// <param name="Required">The list of the root's required files; null where it has none.</param>
/// <param name="Files">How many files the root has.</param>
/// <param name="HasLosses">Files of the root are not in the target: they are looked for and named.</param>
public sealed record RestoreDirectoriesInput(RestoreRangeInput Root, ContentRef? Required, long Files, bool HasLosses);

/// <param name="Totals">Of what had to be done once more, and of the directories.</param>
/// <param name="Lost">Files of the root that the repository lost.</param>
/// <param name="NamedLost">The first of them with why.</param>
public sealed record RestoredDirectories(RestoredTotals Totals, long Lost, ImmutableArray<string> NamedLost);

/// <param name="Next">Where the next step begins; null when the range is complete.</param>
public sealed record RestoredStep(byte[]? Next, RestoredTotals Totals);

/// <param name="Files">Files that are in place, those of an earlier attempt included.</param>
/// <param name="Bytes">Bytes of these files.</param>
public sealed record RestoredTotals(long Files, long Bytes, UnsetAttributes Unset)
{
    public static readonly RestoredTotals None = new(0, 0, UnsetAttributes.None);

    /// <summary>Losses that were met, files or parts of the listing: above 0 somebody goes through the root once
    /// more.</summary>
    public long Losses { get; init; }

    /// <summary>Of a repair: files that were not touched.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Same { get; init; }

    /// <summary>Of a repair: files that differed, and were replaced.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Replaced { get; init; }

    /// <summary>Of a repair: files that differ, and were kept; they are not in <see cref="Files"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Differing { get; init; }

    public static RestoredTotals operator +(RestoredTotals left, RestoredTotals right) => Add(left, right);

    public static RestoredTotals Add(RestoredTotals left, RestoredTotals right) =>
        new(left.Files + right.Files, left.Bytes + right.Bytes, left.Unset + right.Unset)
        {
            Losses = left.Losses + right.Losses,
            Same = left.Same + right.Same,
            Replaced = left.Replaced + right.Replaced,
            Differing = left.Differing + right.Differing,
        };
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

/// <param name="KnownMissing">How many the set said it lacks; of a repair, with those that differ.</param>
public sealed record CheckRestoredInput(RestoreInput Restore, long KnownMissing);

/// <param name="Required">Files that are required.</param>
/// <param name="Missing">Required files that are not in the target, or of another size than the database says.</param>
/// <param name="Named">The first of them.</param>
public sealed record RestoreCheck(long Required, long Missing, ImmutableArray<string> Named)
{
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Of a part of a set: required files that it does not hold.</summary>
    public long LeftOut { get; init; }

    /// <summary>Of a repair: the first of the files that differ, with why.</summary>
    public ImmutableArray<string> NamedDiffering { get; init; } = [];
}
