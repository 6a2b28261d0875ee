using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <param name="Pass">0 for the seeding pass, else the attempt. Names the result pages.</param>
/// <param name="Root">Name of the content root.</param>
/// <param name="RootNumber">Its place in the order of capture.</param>
public sealed record PlanFilesInput(RunRef Run, int Pass, string Root, int RootNumber, bool FullScan) : IRunInput;

/// <param name="Cuts">First paths of the second and further ranges; at most 47 of at most 121 bytes.</param>
/// <param name="Inherit">The listing that ranges inherit from; null at first.</param>
/// <param name="UsesTrustedDirectories">Trusted leaf directories are handed over without looking at each file.</param>
/// <param name="GrantsTrust">
/// Leaf directories may become trusted: the file system keeps directory times, and none was wrong so far.
/// </param>
public sealed record FilePlan(
    ImmutableArray<byte[]> Cuts,
    ContentRef? Inherit,
    bool UsesTrustedDirectories,
    bool GrantsTrust
)
{
    /// <summary>Consecutive; the first begins at the root itself, the last is open.</summary>
    [JsonIgnore]
    public ImmutableArray<PathRange> Ranges => RangeCuts.ToRanges(Cuts);
}

/// <summary>One step of a range. Pass, root, range and step name the result page.</summary>
public sealed record CaptureRangeInput : IRunInput, IKeepsPage
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Room { get; init; }

    public required RunRef Run { get; init; }

    /// <summary>0 for the seeding pass, else the attempt.</summary>
    public required int Pass { get; init; }

    /// <summary>Name of the content root.</summary>
    public required string Root { get; init; }

    /// <summary>Its place in the order of capture.</summary>
    public required int RootNumber { get; init; }

    /// <summary>Number of the range within its root.</summary>
    public required int Range { get; init; }

    /// <summary>Number of the activity within its range.</summary>
    public int Step { get; init; }

    /// <summary>What is left of the range.</summary>
    public required PathRange Paths { get; init; }

    /// <inheritdoc cref="FilePlan"/>
    public ContentRef? Inherit { get; init; }

    /// <summary>The root's list of required files; null where nothing is, and while seeding.</summary>
    public ContentRef? Required { get; init; }

    /// <summary>That list's table of segments; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContentRef? RequiredSegments { get; init; }

    /// <inheritdoc cref="FilePlan"/>
    public required bool UsesTrustedDirectories { get; init; }

    /// <inheritdoc cref="FilePlan"/>
    public required bool GrantsTrust { get; init; }
}

/// <param name="Next">
/// Where the next step begins (<see cref="PathRange.From"/>); null when the range is complete.
/// </param>
/// <param name="Rows">
/// The listing of the whole root; null for a part of one (steps of earlier versions have that of the part).
/// </param>
public sealed record CapturedStep(
    byte[]? Next,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ContentRef? Rows,
    FileTotals Totals,
    ImmutableArray<string> Warnings
) : IKept<CapturedStep>
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Page { get; init; }

    CapturedStep IKept<CapturedStep>.WithPage(byte[] page) => this with { Page = page };

    /// <summary>
    /// Of a part of a root: rows of the listing segments written, as <c>SegmentRows</c> encodes them; in pages alone.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Segments { get; init; }

    /// <summary>
    /// In place of these: which rows of the inherited listing the step is, where it took all of them over and captured
    /// nothing itself.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TakenRows? Taken { get; init; }

    /// <summary>The directories of these segments, as <c>SegmentDirectories</c> encodes them; in pages alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Directories { get; init; }

    /// <summary>The table of directories of a listing of the whole root; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContentRef? DirectoryTable { get; init; }

    /// <summary>What the flow needs; all of it stays in the page.</summary>
    internal CapturedStep ForHistory() =>
        this with
        {
            Warnings = [],
            Segments = null,
            Directories = null,
            DirectoryTable = null,
            Taken = null,
        };
}

/// <param name="First">The place of the first row in the listing.</param>
/// <param name="Count">How many.</param>
public sealed record TakenRows(int First, int Count);

/// <param name="Deadline">No further step begins after it; null: none.</param>
public sealed record CaptureRangeFlowInput(CaptureRangeInput Next, DateTimeOffset? Deadline, FileTotals Totals)
{
    /// <inheritdoc cref="CapturedRange.Page"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Page { get; init; }
}

/// <param name="Steps">How many result pages the range has.</param>
/// <param name="Expired">The deadline passed before the end: the range is incomplete and the phase is void.</param>
public sealed record CapturedRange(int Steps, bool Expired, FileTotals Totals)
{
    /// <summary>The page of its first step; null where it is stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Page { get; init; }
}

/// <summary>Which result pages make a root's listing: pass, root, range and step name each.</summary>
public sealed record MergeListingInput : IRunInput, IKeptPages, IKeepsPage
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<KeptPage> Pages { get; init; }

    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Room { get; init; }

    public required RunRef Run { get; init; }

    /// <summary>0 for the seeding pass, else the attempt.</summary>
    public required int Pass { get; init; }

    /// <summary>Name of the content root.</summary>
    public required string Root { get; init; }

    /// <summary>Its place in the order of capture.</summary>
    public required int RootNumber { get; init; }

    /// <summary>Result pages per range.</summary>
    public required ImmutableArray<int> Steps { get; init; }

    /// <summary>The listing that the ranges inherited from; null at first.</summary>
    public ContentRef? Inherit { get; init; }

    /// <inheritdoc cref="HotBackupInput"/>
    public required bool AcceptContentLoss { get; init; }
}

/// <summary>The finished listing of a content root.</summary>
/// <param name="TrustBroken">
/// A new name stood under an unchanged directory stamp: no directory of this root is trusted from here on.
/// </param>
public sealed record RootListing(
    string Root,
    ContentRef Listing,
    FileTotals Totals,
    bool TrustBroken,
    ImmutableArray<string> Warnings
) : IKept<RootListing>
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Page { get; init; }

    RootListing IKept<RootListing>.WithPage(byte[] page) => this with { Page = page };

    /// <summary>The table of its directories; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContentRef? Directories { get; init; }

    /// <summary>What the flow needs; all of it stays in the page.</summary>
    internal RootListing ForHistory() => this with { Warnings = [], Directories = null };
}

/// <summary>
/// Counts of a range or a root. Every count is of files but <see cref="Bytes"/>, <see cref="ReadBytes"/> (bytes) and
/// <see cref="Directories"/>.
/// </summary>
public sealed record FileTotals
{
    public static readonly FileTotals None = new();

    /// <summary>Files in the listing, carried-over ones included.</summary>
    public long Files { get; init; }

    public long Bytes { get; init; }

    public long Directories { get; init; }

    /// <summary>Files whose bytes were read in this run.</summary>
    public long ReadFiles { get; init; }

    public long ReadBytes { get; init; }

    /// <summary>Changed while it was read.</summary>
    public long Unstable { get; init; }

    /// <summary>Gone from the source though required; carried over from the parent set.</summary>
    public long SourceMissing { get; init; }

    /// <summary>Another content than the parent set's though required; the parent's is carried over.</summary>
    public long SourceChanged { get; init; }

    /// <summary>Required files that the scan did not see and an exact look-up found.</summary>
    public long Rescued { get; init; }

    /// <summary>In the parent set, no longer in the source, and not moved to <c>contentstore.deleted</c>.</summary>
    public long Lost { get; init; }

    /// <summary>Could not be read.</summary>
    public long Unreadable { get; init; }

    /// <summary>Symbolic links, sockets, devices: not captured.</summary>
    public long Skipped { get; init; }

    /// <summary>Names under an unchanged directory stamp that were not there before.</summary>
    public long BrokenTrusts { get; init; }

    public static FileTotals operator +(FileTotals left, FileTotals right) =>
        new()
        {
            Files = left.Files + right.Files,
            Bytes = left.Bytes + right.Bytes,
            Directories = left.Directories + right.Directories,
            ReadFiles = left.ReadFiles + right.ReadFiles,
            ReadBytes = left.ReadBytes + right.ReadBytes,
            Unstable = left.Unstable + right.Unstable,
            SourceMissing = left.SourceMissing + right.SourceMissing,
            SourceChanged = left.SourceChanged + right.SourceChanged,
            Rescued = left.Rescued + right.Rescued,
            Lost = left.Lost + right.Lost,
            Unreadable = left.Unreadable + right.Unreadable,
            Skipped = left.Skipped + right.Skipped,
            BrokenTrusts = left.BrokenTrusts + right.BrokenTrusts,
        };
}
