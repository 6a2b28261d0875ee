using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <param name="Attempt">1 for the first; one more after each voided phase. Names the result page.</param>
public sealed record DumpDatabaseInput(RunRef Run, int Attempt) : IRunInput, IKeepsPage
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Room { get; init; }

    /// <summary>Every row is read, whatever its digest.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FullScan { get; init; }
}

/// <summary>The dump, and what the same snapshot of the database requires of the content stores.</summary>
public sealed record DatabaseCapture : IKept<DatabaseCapture>
{
    /// <summary>Lists whose tables the history has room for: of more roots, every segment is read.</summary>
    private const int MaxTables = 12;

    /// <summary>The plain dump as the vendor's tool wrote it.</summary>
    public required ContentRef Dump { get; init; }

    public required string Vendor { get; init; }

    public required string ServerVersion { get; init; }

    public required string ToolVersion { get; init; }

    /// <summary>PostgreSQL: the schema of Alfresco's tables; absent: the vendor has no schemas.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Schema { get; init; }

    /// <summary>Highest <c>alf_transaction.id</c>; null where the table is empty or absent.</summary>
    public long? TransactionId { get; init; }

    /// <summary>Highest <c>commit_time_ms</c>; null as above.</summary>
    public long? CommitTimeMs { get; init; }

    /// <summary>Row counts by table.</summary>
    public required ImmutableSortedDictionary<string, long> Rows { get; init; }

    public required ImmutableArray<string> NotApplicable { get; init; }

    /// <summary>Sorted lists of required files, one per content root that has any.</summary>
    public required ImmutableArray<RequiredFiles> Required { get; init; }

    /// <summary>Digests of the rows that the lists were made of; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContentRef? RequiredDigests { get; init; }

    /// <summary>The catalogue of nodes; null where it could not be made, which is a warning.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CatalogueStamp? Catalogue { get; init; }

    /// <summary>Digests of the rows that it was made of; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContentRef? CatalogueDigests { get; init; }

    /// <summary>Required URLs whose bytes lie outside the file system, by protocol (<c>azb</c>, <c>s3</c>).</summary>
    public required ImmutableSortedDictionary<string, long> Unprotected { get; init; }

    /// <summary>Required URLs that name no file of this installation.</summary>
    public required long Unmapped { get; init; }

    /// <summary>The first of them that the administrator has not accepted.</summary>
    public required ImmutableArray<string> UnmappedSamples { get; init; }

    /// <summary>Those that the administrator has accepted.</summary>
    public long UnmappedAcknowledged { get; init; }

    /// <summary>Required URLs that have no file: Alfresco makes their content when it is read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Generated { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }

    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Page { get; init; }

    DatabaseCapture IKept<DatabaseCapture>.WithPage(byte[] page) => this with { Page = page };

    /// <summary>What the flow needs; all of it stays in the page.</summary>
    internal DatabaseCapture ForHistory() =>
        this with
        {
            Schema = null,
            Rows = ImmutableSortedDictionary<string, long>.Empty,
            Unprotected = ImmutableSortedDictionary<string, long>.Empty,
            NotApplicable = [],
            UnmappedSamples = [],
            Generated = 0,
            Warnings = [],
            RequiredDigests = null,
            Catalogue = null,
            CatalogueDigests = null,
            Required =
                Required.Length <= MaxTables ? Required : [.. Required.Select(list => list with { Segments = null })],
        };

    /// <summary>How much the files phase will find at least: files and bytes, as the database says them.</summary>
    internal (long Files, long Bytes) RequiredTotals() =>
        (Required.Sum(list => list.Files), Required.Sum(list => list.Bytes));

    public ContentRef? RequiredOf(string root) => RequiredListOf(root)?.List;

    public RequiredFiles? RequiredListOf(string root)
    {
        foreach (RequiredFiles list in Required)
        {
            if (list.Root == root)
            {
                return list;
            }
        }

        return null;
    }
}

/// <param name="Root">Name of the content root.</param>
/// <param name="List">The sorted list (see <c>docs/repository-format.md</c>).</param>
/// <param name="Bytes">Of the files whose size the database says; 0 where it is not known: an earlier version wrote it, or
/// it was made of the list of the set before.</param>
public sealed record RequiredFiles(string Root, ContentRef List, long Files, long Bytes = 0)
{
    /// <summary>The list's table of segments; null where an earlier version wrote it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContentRef? Segments { get; init; }
}
