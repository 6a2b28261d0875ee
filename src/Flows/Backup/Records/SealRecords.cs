using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows;

/// <param name="Attempt">Whose database phase the lists are of.</param>
public sealed record CheckConsistencyInput(RunRef Run, int Attempt, ImmutableArray<RequiredFiles> Required, ImmutableArray<RootRef> Listings, long Unmapped);

/// <param name="Root">Name of the content root.</param>
public sealed record RootRef(string Root, ContentRef Listing);

/// <summary>The proof: every file that the dump requires, looked up in the listings.</summary>
/// <param name="Required">Files looked up.</param>
/// <param name="Missing">Absent or of the wrong size, beyond the acknowledged ones.</param>
/// <param name="Acknowledged">Absent, and the administrator knows.</param>
/// <param name="Names">The first thousand missing, one a line, UTF-8; null where none is.</param>
public sealed record ConsistencyResult(long Required, long Missing, long Acknowledged, ContentRef? Names);

/// <summary>What the run's index merge wrote.</summary>
/// <param name="Indexes">The index blobs, for the manifest.</param>
public sealed record MergedIndex(ImmutableArray<IndexBlob> Indexes);

/// <param name="Rows">Chunks it places.</param>
public sealed record IndexBlob(IndexId Id, int Rows);

/// <summary>Everything the manifest is made of: journaled values only.</summary>
public sealed record SealSetInput(
    RunRef Run,
    long Base,
    DateTimeOffset Started,
    ImmutableArray<PhaseTimes> Phases,
    IndexCapture? Index,
    DatabaseCapture Database,
    ImmutableArray<RootListing> Roots,
    ConsistencyResult Consistency,
    MergedIndex Indexes,
    bool FullScan,
    ImmutableArray<string> Warnings);
