using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows;

/// <summary>Which copy of the index the job left: changed by every run of the job, by nothing else.</summary>
/// <param name="Inode">Of the target directory.</param>
/// <param name="ChangedNs">Its ctime in ns since 1970 (where the platform has none: its parent's mtime).</param>
public sealed record IndexGeneration(ulong Inode, long ChangedNs);

/// <param name="Expected">How long the index and database phases will take: the job must not fire within.</param>
public sealed record ObserveIndexInput(RunRef Run, TimeSpan Expected);

/// <param name="IsClear">The copy is whole, the job does not run and will not fire within the expected time.</param>
/// <param name="Generation">Null while the target is missing.</param>
/// <param name="Reason">Why it is not clear, one line.</param>
/// <param name="LookAgainAt">When looking again makes sense; null when clear.</param>
public sealed record IndexWindow(bool IsClear, IndexGeneration? Generation, string? Reason, DateTimeOffset? LookAgainAt)
{
    /// <summary>The copy of this generation stands untouched, whatever the clock says about the next firing.</summary>
    public bool Holds(IndexGeneration generation) => !IsBusy && Generation == generation;

    /// <summary>The job is at work: its temporary directory exists or the target is missing.</summary>
    public bool IsBusy { get; init; }
}

/// <param name="Attempt">1 for the first; one more after each voided phase. Names the result page.</param>
public sealed record CaptureIndexInput(RunRef Run, int Attempt);

/// <summary>The captured index copy. The generation stood unchanged from before the first file was read until after the last.</summary>
/// <param name="AgeAtCapture">How old the copy was; older than <c>maxAge</c> is a warning.</param>
public sealed record IndexCapture(
    IndexGeneration Generation,
    ContentRef Listing,
    long Files,
    long Bytes,
    TimeSpan AgeAtCapture,
    StoredTotals Stored,
    ImmutableArray<string> Warnings);

/// <summary>What an activity wrote, for the manifest's totals.</summary>
/// <param name="NewChunks">Chunks that were not stored before.</param>
/// <param name="AddedBytes">Sealed bytes uploaded.</param>
public sealed record StoredTotals(long NewChunks, long AddedBytes)
{
    public static readonly StoredTotals None = new(0, 0);

    public static StoredTotals operator +(StoredTotals left, StoredTotals right) =>
        new(left.NewChunks + right.NewChunks, left.AddedBytes + right.AddedBytes);
}
