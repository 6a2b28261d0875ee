using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>Which config counts: its number and the SHA-256 of its blob, 64 lower-case hexadecimal digits.</summary>
public sealed record ConfigStamp(int Number, string Sha256);

/// <summary>A run that has neither a set nor ended.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Installation">The installation's name.</param>
/// <param name="Base">The sequence of the head that it saw.</param>
/// <param name="Sequence">The sequence of its <c>run-open</c> entry.</param>
/// <param name="Opened">The time of that entry.</param>
public sealed record RunOpened(RunId Run, string Installation, long Base, long Sequence, DateTimeOffset Opened);

/// <summary>A backup set, as the log's state has it. The manifest stands in the entry <see cref="Sequence"/>.</summary>
public sealed record SetSummary
{
    public required long Sequence { get; init; }

    public required RunId Id { get; init; }

    /// <summary>The installation's name.</summary>
    public required string Installation { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Sealed { get; init; }

    /// <summary>Proved to be so: nothing required is missing beyond what was acknowledged.</summary>
    public required bool Consistent { get; init; }

    /// <summary>Whether the files fit the database is not known; absent where it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Unproven { get; init; }

    public required long Missing { get; init; }

    public required long Files { get; init; }

    public required long Bytes { get; init; }

    public required long AddedBytes { get; init; }

    public required RunId? Parent { get; init; }

    /// <summary>
    /// It was imported from a file: no run inherits from it, and it is not the latest where there is another; absent: it
    /// was backed up.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Imported { get; init; }
}

/// <summary>An index blob and the entry that named it.</summary>
public sealed record ChunkIndexSummary(ChunkIndexId Id, long Sequence, int Rows)
{
    /// <summary>
    /// Index blobs in whose place this one and the others of its entry stand, because they were lost or are compacted;
    /// absent where there is none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<ChunkIndexId> Replaces { get; init; }

    /// <summary>Whether a <c>tombstones</c> entry named it: what it replaces was not lost.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Compacted { get; init; }

    internal ChunkIndexBlob ToBlob() => new(Id, Rows);
}

/// <summary>
/// A place in the log to remember elsewhere: a log that later has another entry there, or none, was forked or cut.
/// </summary>
public sealed record RememberedHead(long Sequence, string Sha256)
{
    /// <summary>The file that it was read from, for messages; null where none is told.</summary>
    [JsonIgnore]
    public string? File { get; init; }
}
