using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// What a backup set is: everything that a restore needs to know, and the proof of how it was taken. Stands in the log
/// entry that commits the set. <c>docs/development/manifest.md</c> says what each member means. Built from journaled values only.
/// </summary>
public sealed record SetManifest
{
    /// <summary>The id of the set: that of the run that committed it.</summary>
    public required RunId Id { get; init; }

    public required InstallationStamp Installation { get; init; }

    /// <summary>The sequence of the log's head when the run was opened.</summary>
    public required long Base { get; init; }

    /// <summary>The set whose listings were merged with the scan; null for the first one.</summary>
    public RunId? Parent { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Sealed { get; init; }

    /// <summary>Index, database, files, in the order in which they were taken; their times prove it.</summary>
    public required ImmutableArray<PhaseTimes> Phases { get; init; }

    public required SearchIndexCopyStamp Index { get; init; }

    /// <summary>Null where the installation's database was left out by a setting.</summary>
    public DatabaseStamp? Database { get; init; }

    /// <summary>In the order in which they were captured; names are unique.</summary>
    public required ImmutableArray<RootStamp> Roots { get; init; }

    public required ConsistencyReport Consistency { get; init; }

    public required SetTotals Totals { get; init; }

    /// <summary>The index blobs that this set adds to those that the log named before.</summary>
    public required ImmutableArray<ChunkIndexBlob> Indexes { get; init; }

    /// <summary>What an administrator should know, one line each.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>
    /// When the newest scan that looked at every file began, in this set or an ancestor; null: not known.
    /// </summary>
    public DateTimeOffset? FullScan { get; init; }

    /// <summary>The program that committed the set, such as <c>abf 0.1.0</c>.</summary>
    public required string Tool { get; init; }

    /// <summary>Which set it is the copy of, out of an exported file; absent: it was backed up here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OriginStamp? Origin { get; init; }

    /// <summary>
    /// Metadata streams that no restore needs: they spare the next run work, which does all of it where they are lost, or
    /// say more of this set.
    /// </summary>
    [JsonIgnore]
    public IEnumerable<ContentRef> Shortcuts =>
        Roots
            .SelectMany(static root => new[] { root.RequiredSegments, root.Findings, root.DirectoryTable })
            .Append(Database?.RequiredDigests)
            .Append(Database?.CatalogueDigests)
            .Append(Consistency.Details)
            .OfType<ContentRef>();

    /// <summary>The phase of a name, or null.</summary>
    public PhaseTimes? Phase(string name) => Phases.FirstOrDefault(phase => phase.Name == name);
}

/// <summary>Where an imported set comes from, as the exported file says it: nothing proves it.</summary>
/// <param name="Repository">32 hexadecimal digits.</param>
/// <param name="Set">Its id there.</param>
/// <param name="Installation">The installation's name there.</param>
/// <param name="Exported">When the file was written.</param>
/// <param name="Tool">The program that had committed it.</param>
public sealed record OriginStamp(
    string Repository,
    RunId Set,
    string Installation,
    DateTimeOffset Exported,
    string Tool
);

/// <param name="Name">The installation's name.</param>
/// <param name="Fingerprint">What tells this installation from another of the same name.</param>
public sealed record InstallationStamp(string Name, string Fingerprint);

/// <param name="Name">One of <see cref="PhaseNames"/>.</param>
public sealed record PhaseTimes(string Name, DateTimeOffset Started, DateTimeOffset Ended);

/// <summary>The phases of a hot backup, in their order.</summary>
public static class PhaseNames
{
    public const string Index = "index";
    public const string Database = "database";
    public const string Files = "files";
}

/// <param name="Kind"><c>lucene</c>, <c>solr</c> or <c>none</c>.</param>
/// <param name="Generation">
/// What told this copy of the index from the one before and after it; null for <c>none</c>.
/// </param>
/// <param name="Written">When Alfresco's job finished it; null for <c>none</c>.</param>
/// <param name="Root">
/// The name of the root that holds the copy, for <c>solr</c> of the directory with a root for each core; null for
/// <c>none</c>.
/// </param>
/// <param name="Warnings">Such as: the copy was older than <c>maxAge</c>.</param>
public sealed record SearchIndexCopyStamp(
    string Kind,
    string? Generation,
    DateTimeOffset? Written,
    string? Root,
    ImmutableArray<string> Warnings
)
{
    /// <summary>For <c>none</c>: how the index is made again after a restore, a step each; absent for the others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<string> Reindex { get; init; }
}

/// <param name="Vendor"><c>PostgreSQL</c>, <c>MySQL</c> or <c>MariaDB</c>; readers ignore case.</param>
/// <param name="ServerVersion">As the server says it.</param>
/// <param name="ToolVersion">As the dump tool says it.</param>
/// <param name="Name">The database's name.</param>
/// <param name="Dump">The tool's output, chunks of class dump.</param>
/// <param name="Watermark">The newest transaction in the dump; null where there is none.</param>
/// <param name="Rows">Rows by table, as counted in the dump's snapshot.</param>
/// <param name="NotApplicable">Tables that this version of Alfresco does not have.</param>
public sealed record DatabaseStamp(
    string Vendor,
    string ServerVersion,
    string ToolVersion,
    string Name,
    ContentRef Dump,
    TransactionWatermark? Watermark,
    ImmutableSortedDictionary<string, long> Rows,
    ImmutableArray<string> NotApplicable
)
{
    /// <summary>
    /// PostgreSQL: the schema of Alfresco's tables; absent: not known, or the vendor has no schemas.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Schema { get; init; }

    /// <summary>
    /// Digests of the rows that the lists of required files were made of (<c>docs/repository-format.md</c>); absent: there
    /// are none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ContentRef? RequiredDigests { get; init; }

    /// <summary>
    /// The catalogue of the nodes in the dump (<c>docs/repository-format.md</c>); absent: the set has none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public CatalogueStamp? Catalogue { get; init; }

    /// <summary>
    /// Digests of the rows that the catalogue was made of, in the form of <see cref="RequiredDigests"/>; absent: there are
    /// none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ContentRef? CatalogueDigests { get; init; }
}

/// <summary>A searchable list of the nodes in the dump, from its own snapshot.</summary>
/// <param name="Table">The metadata stream that names its segments and filters.</param>
/// <param name="Nodes">Nodes in it.</param>
/// <param name="Contents">Content properties of these nodes.</param>
/// <param name="Homes">The ids of nodes below which paths begin, at most <see cref="MaxHomes"/>.</param>
public sealed record CatalogueStamp(ContentRef Table, long Nodes, long Contents, ImmutableArray<long> Homes)
{
    public const int MaxHomes = 1000;

    /// <summary>
    /// The metadata stream that names the lists of folders of its segments; absent: what lies in a folder is found by
    /// reading all segments.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ContentRef? Folders { get; init; }
}

/// <param name="Transaction">The highest id in <c>alf_transaction</c>.</param>
/// <param name="CommitTimeMs">The highest commit time there, milliseconds since 1970 UTC.</param>
public sealed record TransactionWatermark(long Transaction, long CommitTimeMs);

/// <param name="Name">
/// Where a restore puts it: <c>contentstore</c>, <c>lucene-indexes</c>, <c>stores/NAME</c>, ...
/// </param>
/// <param name="Path">Where it was, for people.</param>
/// <param name="Listing">Its listing.</param>
/// <param name="Required">The list of the files that the dump requires of it; null where nothing is.</param>
/// <param name="RequiredFiles">Entries of that list.</param>
/// <param name="Class">
/// The class of its files' chunks: <see cref="ChunkClass.Content"/> or <see cref="ChunkClass.Index"/>.
/// </param>
public sealed record RootStamp(
    string Name,
    string Path,
    ContentRef Listing,
    ContentRef? Required,
    long Files,
    long Directories,
    long Bytes,
    long RequiredFiles,
    ChunkClass Class
)
{
    /// <summary>
    /// True where a name once appeared under an unchanged directory stamp: no directory of this root is taken over
    /// without a look.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SealingOff { get; init; }

    /// <summary>The table of the listing's directories; absent: there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ContentRef? DirectoryTable { get; init; }

    /// <summary>
    /// A list, in the form of one of required files, of the paths that the proof had a finding of; absent: none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ContentRef? Findings { get; init; }

    /// <summary>The table of segments of the list of required files; absent: there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ContentRef? RequiredSegments { get; init; }
}

/// <param name="Consistent">Nothing required is missing beyond what was acknowledged.</param>
/// <param name="Required">Files that the dump requires.</param>
/// <param name="Missing">Required files that the set does not have, acknowledged ones included.</param>
/// <param name="Named">
/// The first <see cref="SetManifest"/>-bounded thousand findings: missing, source-missing, source-changed.
/// </param>
/// <param name="SourceMissing">Files that were gone and carried over from the parent.</param>
/// <param name="SourceChanged">Files that had changed and were carried over from the parent.</param>
/// <param name="Acknowledged">Missing files that an administrator has accepted.</param>
/// <param name="Unprotected">
/// Required content URLs outside the file system, by protocol (<c>s3</c>, <c>azb</c>): not in the set.
/// </param>
public sealed record ConsistencyReport(
    bool Consistent,
    long Required,
    long Missing,
    ImmutableArray<NamedFile> Named,
    long SourceMissing,
    long SourceChanged,
    long Acknowledged,
    ImmutableSortedDictionary<string, long> Unprotected
)
{
    /// <summary>
    /// True where a file of another size than the database says was not counted as missing: the store encrypts or
    /// compresses.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SizesIgnored { get; init; }

    /// <summary>Those among the missing that are there in another size than the database says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long WrongSizes { get; init; }

    /// <summary>True where nearly every file has another size, as if the store encrypted or compressed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LooksEncoded { get; init; }

    /// <summary>
    /// Why it is not known whether the files fit the database, one line each, although nothing is known to be missing:
    /// the database requires no file, or cannot say which. Absent where it is known.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<string> Unproven { get; init; }

    /// <summary>How it was proved; absent in sets of earlier versions: every file was looked up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ProofStamp? Proof { get; init; }

    /// <summary>
    /// All findings, with what the live system had then (<c>docs/repository-format.md</c>); absent: there are none, or an
    /// earlier version wrote the set.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ContentRef? Details { get; init; }

    /// <summary>
    /// Content URLs that have no file, because Alfresco makes their content when it is read (<c>spoof://</c>).
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Generated { get; init; }

    /// <summary>Whether the database could say which files it requires.</summary>
    [JsonIgnore]
    public bool IsProven => Unproven.IsDefaultOrEmpty;
}

/// <summary>How the required files of a set were proved.</summary>
/// <param name="BySegment">
/// Those that stand in segments of list and listing which the parent set has as well, where they were proved.
/// </param>
/// <param name="ByFile">Those that were looked up, each in the listing.</param>
/// <param name="IsComplete">
/// The roots' lists of findings are complete, so that the next set may lean on this proof. False where they were too many.
/// </param>
public sealed record ProofStamp(long BySegment, long ByFile, bool IsComplete);

/// <param name="Root">The root's name.</param>
/// <param name="Path">As <see cref="TreePath.Display"/> writes it.</param>
/// <param name="Size">Bytes that the database says it has; null where it does not say.</param>
/// <param name="Reason">
/// <c>missing</c>, <c>wrong-size</c>, <c>unstable</c>, <c>source-missing</c>, <c>source-changed</c>,
/// <c>invalid-url</c>, <c>invalid-size</c>.
/// </param>
public sealed record NamedFile(string Root, string Path, long? Size, string Reason);

/// <param name="Files">Files of all roots.</param>
/// <param name="Bytes">Bytes of these files and of the dump.</param>
/// <param name="AddedBytes">Bytes that the run stored: new chunks, encrypted.</param>
/// <param name="Chunks">
/// Rows of the index blobs: new chunks, where one that several activities found counts for each.
/// </param>
public sealed record SetTotals(long Files, long Bytes, long AddedBytes, long Chunks);

/// <summary>An index blob and how many rows it has.</summary>
public sealed record ChunkIndexBlob(ChunkIndexId Id, int Rows)
{
    /// <summary>
    /// Lost index blobs in whose place this one and the others of its manifest stand; absent where there is none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<ChunkIndexId> Replaces { get; init; }
}
