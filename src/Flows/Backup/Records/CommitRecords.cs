using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <param name="Attempt">
/// Whose database and files phases are held against each other; their result pages have the lists.
/// </param>
/// <param name="Roots">How many content roots there are.</param>
public sealed record CheckConsistencyInput(RunRef Run, int Attempt, int Roots) : IRunInput, IKeptPages, IKeepsPage
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<KeptPage> Pages { get; init; }

    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Room { get; init; }

    /// <summary>Everything is held against everything, and the digests of rows against the rows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FullScan { get; init; }
}

/// <summary>The proof: every file that the dump requires, looked up in the listings.</summary>
/// <param name="Required">Files looked up.</param>
/// <param name="Missing">
/// Absent, of the wrong size, changed while they were read, or named by a URL that names no file; acknowledged ones
/// included.
/// </param>
/// <param name="Acknowledged">Those among them that the administrator has accepted.</param>
/// <param name="Named">
/// The first thousand findings, a JSON array of <see cref="NamedFile"/> as a metadata stream; null where there is none.
/// </param>
public sealed record ConsistencyResult(long Required, long Missing, long Acknowledged, ContentRef? Named)
    : IKept<ConsistencyResult>
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Page { get; init; }

    ConsistencyResult IKept<ConsistencyResult>.WithPage(byte[] page) => this with { Page = page };

    /// <summary>Sizes were not compared.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SizesIgnored { get; init; }

    /// <summary>Those among the missing that are there in another size.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long WrongSizes { get; init; }

    /// <summary>Nearly every file has another size, as if the store encrypted or compressed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LooksEncoded { get; init; }

    /// <summary>How it was proved; null in pages of an earlier version.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ProofStamp? Proof { get; init; }

    /// <summary>The paths with a finding, of each root that has one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<RootFindings> Findings { get; init; }

    /// <summary>
    /// Rows differ though their digest says that they do not, a sentence; null where that was not looked for, or is not so.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? DigestAlarm { get; init; }

    /// <summary>Why it is not known whether the files fit the database; absent where it is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<string> Unproven { get; init; }

    /// <summary>All findings, with what the live system has; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ContentRef? Details { get; init; }

    /// <summary>What the flow needs; all of it stays in the page.</summary>
    internal ConsistencyResult ForHistory() => this with { Findings = default, Details = null };
}

/// <param name="List">Their paths, in the form of a list of required files.</param>
public sealed record RootFindings(string Root, ContentRef List);

/// <summary>Which result pages the set needs, in numbers: <see cref="Pages"/> has their names.</summary>
/// <param name="Attempt">Whose phases are committed.</param>
/// <param name="HasIndex">There was an index phase.</param>
/// <param name="Files">The content roots in the order of capture, those of the seeding pass first.</param>
public sealed record MergeChunkIndexInput(RunRef Run, int Attempt, bool HasIndex, ImmutableArray<RootPages> Files)
    : IRunInput,
        IKeepsPage
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Room { get; init; }

    /// <summary>Names of further pages that the history keeps: no row is in them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<string> Kept { get; init; }
}

/// <param name="Pass">0 for the seeding pass, else the attempt.</param>
/// <param name="Steps">Result pages per range.</param>
public sealed record RootPages(int Pass, int RootNumber, ImmutableArray<int> Steps)
{
    /// <summary>A bit for each range, the lowest for the first: the history keeps the page of its first step.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Kept { get; init; }
}

/// <summary>What the run's index merge wrote.</summary>
/// <param name="Indexes">The index blobs, for the manifest.</param>
/// <param name="Chunks">Rows of these.</param>
/// <param name="AddedBytes">Bytes of the packs that hold them.</param>
public sealed record MergedChunkIndex(ImmutableArray<ChunkIndexBlob> Indexes, long Chunks, long AddedBytes)
    : IKept<MergedChunkIndex>
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Page { get; init; }

    MergedChunkIndex IKept<MergedChunkIndex>.WithPage(byte[] page) => this with { Page = page };

    /// <summary>What the flow needs; all of it stays in the page.</summary>
    internal MergedChunkIndex ForHistory() => this with { Indexes = [] };
}

/// <summary>What the manifest is made of, beyond the result pages of the attempt: journaled values only.</summary>
public sealed record CommitSetInput : IRunInput, IKeptPages
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<KeptPage> Pages { get; init; }

    public required RunRef Run { get; init; }

    /// <summary>Whose phases are committed.</summary>
    public required int Attempt { get; init; }

    /// <summary>There was an index phase.</summary>
    public required bool HasIndex { get; init; }

    /// <summary>Why the set has no index that it should have, a sentence; null where it has it, or needs none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IndexFault { get; init; }

    /// <summary>How many content roots there are.</summary>
    public required int Roots { get; init; }

    /// <summary>Sequence of the log's head that the run saw when it was opened.</summary>
    public required long Base { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Sealed { get; init; }

    public required ImmutableArray<PhaseTimes> Phases { get; init; }

    public required bool FullScan { get; init; }

    /// <summary>Of the preflight.</summary>
    public required ImmutableArray<string> Warnings { get; init; }
}
