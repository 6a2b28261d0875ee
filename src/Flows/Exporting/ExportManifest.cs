using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// <c>MANIFEST.json</c> of an exported file: the set's manifest, but for what only its repository understands. Its members
/// have the names and meanings of <c>docs/development/manifest.md</c>.
/// </summary>
internal sealed record ExportManifest
{
    public required string Format { get; init; }

    public required int Version { get; init; }

    /// <summary>Which set this is.</summary>
    public required OriginStamp Origin { get; init; }

    /// <summary>What that set was imported from itself; null: it was backed up.</summary>
    public OriginStamp? Before { get; init; }

    public required InstallationStamp Installation { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Sealed { get; init; }

    public required ImmutableArray<PhaseTimes> Phases { get; init; }

    public required SearchIndexCopyStamp Index { get; init; }

    public ExportedDatabase? Database { get; init; }

    public required ImmutableArray<ExportedRoot> Roots { get; init; }

    public required ConsistencyReport Consistency { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }

    /// <param name="hasCatalogue">The set's catalogue is in the file.</param>
    public static ExportManifest Of(SetManifest set, string repository, DateTimeOffset now, bool hasCatalogue) =>
        new()
        {
            Format = ExportNames.Format,
            Version = hasCatalogue ? ExportNames.VersionWithCatalogue : ExportNames.Version,
            Origin = new OriginStamp(repository, set.Id, set.Installation.Name, now, set.Tool),
            Before = set.Origin,
            Installation = set.Installation,
            Started = set.Started,
            Sealed = set.Sealed,
            Phases = set.Phases,
            Index = set.Index,
            Database = set.Database is { } database ? ExportedDatabase.Of(database, hasCatalogue) : null,
            Roots = [.. set.Roots.Select(ExportedRoot.Of)],
            Consistency = set.Consistency with { Proof = null, Details = null },
            Warnings = set.Warnings,
        };
}

/// <param name="Bytes">Of the dump.</param>
internal sealed record ExportedDatabase(
    string Vendor,
    string ServerVersion,
    string ToolVersion,
    string Name,
    string? Schema,
    long Bytes,
    TransactionWatermark? Watermark,
    ImmutableSortedDictionary<string, long> Rows,
    ImmutableArray<string> NotApplicable
)
{
    /// <summary>Nodes in <c>catalogue.jsonl</c>; absent: there is no such file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? CatalogueNodes { get; init; }

    public static ExportedDatabase Of(DatabaseStamp database, bool hasCatalogue) =>
        new(
            database.Vendor,
            database.ServerVersion,
            database.ToolVersion,
            database.Name,
            database.Schema,
            database.Dump.Length,
            database.Watermark,
            database.Rows,
            database.NotApplicable
        )
        {
            CatalogueNodes = hasCatalogue ? database.Catalogue!.Nodes : null,
        };

    public DatabaseStamp ToStamp(ContentRef dump, CatalogueStamp? catalogue) =>
        new(Vendor, ServerVersion, ToolVersion, Name, dump, Watermark, Rows, NotApplicable)
        {
            Schema = Schema,
            Catalogue = catalogue,
        };
}

/// <param name="Class"><c>content</c> or <c>index</c>.</param>
internal sealed record ExportedRoot(
    string Name,
    string Path,
    long Files,
    long Directories,
    long Bytes,
    long RequiredFiles,
    string Class
)
{
    private const string Index = "index";
    private const string Content = "content";

    [JsonIgnore]
    public ChunkClass ChunkClass => Class == Index ? ChunkClass.Index : ChunkClass.Content;

    [JsonIgnore]
    public bool IsPossible =>
        Files >= 0 && Directories >= 0 && Bytes >= 0 && RequiredFiles >= 0 && Class is Index or Content;

    public static ExportedRoot Of(RootStamp root) =>
        new(
            root.Name,
            root.Path,
            root.Files,
            root.Directories,
            root.Bytes,
            root.RequiredFiles,
            root.Class == ChunkClass.Index ? Index : Content
        );
}
