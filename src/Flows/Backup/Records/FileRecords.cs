using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <param name="Pass">0 for the seeding pass, else the attempt. Names the result pages.</param>
/// <param name="Root">Name of the content root.</param>
/// <param name="RootNumber">Its place in the order of capture.</param>
public sealed record PlanFilesInput(RunRef Run, int Pass, string Root, int RootNumber, bool FullScan);

/// <param name="Cuts">First paths of the second and further ranges; at most 47 of at most 121 bytes.</param>
/// <param name="Inherit">The listing that ranges inherit from; null at first.</param>
/// <param name="UsesTrustedDirectories">Sealed leaf directories are handed over without looking at each file.</param>
/// <param name="GrantsTrust">Leaf directories may become sealed: the file system keeps directory times and never lied so far.</param>
public sealed record FilePlan(ImmutableArray<byte[]> Cuts, ContentRef? Inherit, bool UsesTrustedDirectories, bool GrantsTrust)
{
    /// <summary>Consecutive; the first begins at the root itself, the last is open.</summary>
    [JsonIgnore]
    public ImmutableArray<PathRange> Ranges => RangeCuts.ToRanges(Cuts);
}

/// <param name="Range">Number of the range within its root.</param>
/// <param name="Step">Number of the activity within its range. With pass, root and range it names the result page.</param>
/// <param name="Paths">What is left of the range.</param>
/// <param name="Required">The root's list of required files; null where nothing is, and while seeding.</param>
public sealed record CaptureRangeInput(
    RunRef Run,
    int Pass,
    string Root,
    int RootNumber,
    int Range,
    int Step,
    PathRange Paths,
    ContentRef? Inherit,
    ContentRef? Required,
    bool UsesTrustedDirectories,
    bool GrantsTrust);

/// <param name="Next">Where the next step begins (<see cref="PathRange.From"/>); null when the range is complete.</param>
/// <param name="Rows">Rows of the listing segments written, as a metadata stream.</param>
public sealed record CapturedStep(byte[]? Next, ContentRef Rows, FileTotals Totals, ImmutableArray<string> Warnings)
{
    /// <summary>What the flow needs; all of it stays in the page.</summary>
    internal CapturedStep ForHistory() => this with { Warnings = [] };
}

/// <param name="Deadline">No further step begins after it; null: none.</param>
public sealed record CaptureRangeFlowInput(CaptureRangeInput Next, DateTimeOffset? Deadline, FileTotals Totals);

/// <param name="Steps">How many result pages the range has.</param>
/// <param name="Expired">The deadline passed before the end: the range is incomplete and the phase is void.</param>
public sealed record CapturedRange(int Steps, bool Expired, FileTotals Totals);

/// <param name="Steps">Result pages per range.</param>
public sealed record MergeListingInput(RunRef Run, int Pass, string Root, int RootNumber, ImmutableArray<int> Steps, ContentRef? Inherit, bool AcceptContentLoss);

/// <summary>The finished listing of a content root.</summary>
/// <param name="SealingBroken">A new name stood under an unchanged directory stamp: sealing stays off for this root.</param>
public sealed record RootListing(string Root, ContentRef Listing, FileTotals Totals, bool SealingBroken, ImmutableArray<string> Warnings)
{
    /// <summary>What the flow needs; all of it stays in the page.</summary>
    internal RootListing ForHistory() => this with { Warnings = [] };
}

/// <summary>Counts of a range or a root. Every count is of files but <see cref="Bytes"/>, <see cref="ReadBytes"/> (bytes) and <see cref="Directories"/>.</summary>
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
    public long BrokenSeals { get; init; }

    public static FileTotals operator +(FileTotals left, FileTotals right) => new()
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
        BrokenSeals = left.BrokenSeals + right.BrokenSeals,
    };
}
