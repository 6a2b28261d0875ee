using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Restore.Records;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>
/// A restore that is done and was checked: <c>abf restore --json</c>, and <c>result</c> of <c>GET
/// /api/restores/{id}</c>.
/// </summary>
/// <param name="Target">The directory; over HTTP its name beneath the host's <c>restore.directory</c>.</param>
/// <param name="Database">The database was restored too.</param>
/// <param name="Unproven">
/// Whether the files fit the database is not known: the set requires none, or cannot say which.
/// </param>
/// <param name="Required">Files that the database requires.</param>
/// <param name="Missing">Of these, the ones that the set does not have.</param>
/// <param name="MissingFiles">The first of those; told on the host alone, absent over HTTP.</param>
/// <param name="CarriedOver">
/// Files that were gone or changed at the source when the set was taken, and are there as an earlier set had them.
/// </param>
/// <param name="Lost">Files that the repository lost, and that are not in the target.</param>
/// <param name="LostFiles">The first of those with why; told on the host alone, absent over HTTP.</param>
public sealed record RestoreResultDocument(
    string Set,
    string Target,
    long Files,
    long Bytes,
    bool Database,
    bool Unproven,
    long Required,
    long Missing,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? MissingFiles,
    long CarriedOver,
    long Lost,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? LostFiles,
    string[] Warnings
)
{
    /// <summary>Where a part of the set was restored: what else it has. Absent where all of it was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LeftOutDocument? LeftOut { get; init; }

    /// <summary>Of <c>--repair</c>: what it found. Absent of other restores.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RepairedFilesDocument? Repaired { get; init; }

    /// <param name="target">As the reader may see it.</param>
    /// <param name="withPaths">The names of missing files too. Warnings may name paths either way.</param>
    public static RestoreResultDocument Of(RestoreResult result, string target, bool withPaths) =>
        new(
            Set: result.Set.ToString(),
            Target: target,
            Files: result.Files,
            Bytes: result.Bytes,
            Database: result.DatabaseRestored,
            Unproven: result.Unproven is not null,
            Required: result.Required,
            Missing: result.Missing,
            MissingFiles: withPaths ? [.. result.NamedMissing] : null,
            CarriedOver: result.CarriedOver,
            Lost: result.Lost,
            LostFiles: withPaths ? [.. result.NamedLost] : null,
            Warnings: [.. result.Warnings]
        )
        {
            LeftOut = LeftOutDocument.Of(result.LeftOut),
            Repaired = withPaths ? RepairedFilesDocument.Of(result.Repaired) : null,
        };
}

/// <summary>What a set has beside the part of it that is restored.</summary>
/// <param name="Files">Files, those of directories that are left out included.</param>
/// <param name="Bytes">Of these files.</param>
/// <param name="Roots">Directories of which nothing is restored, the first of them.</param>
/// <param name="Database">The set has a database dump that is not restored.</param>
/// <param name="Required">Required files that were not looked up, because the part does not hold them.</param>
public sealed record LeftOutDocument(long Files, long Bytes, string[] Roots, bool Database, long Required)
{
    public static LeftOutDocument? Of(LeftOut? left) =>
        left is null ? null : new(left.Files, left.Bytes, [.. left.Roots], left.Database, left.Required);
}

/// <summary>What a repair found in its target.</summary>
/// <param name="Same">Files with the bytes of the set, which were not touched.</param>
/// <param name="Missing">Files that were missing, and are there now.</param>
/// <param name="Replaced">Files that differed, and were replaced.</param>
/// <param name="Differing">Files that differ, and were kept.</param>
/// <param name="DifferingFiles">The first of those with why.</param>
public sealed record RepairedFilesDocument(
    long Same,
    long Missing,
    long Replaced,
    long Differing,
    string[] DifferingFiles
)
{
    public static RepairedFilesDocument? Of(RepairedFiles? found) =>
        found is null
            ? null
            : new(found.Same, found.Missing, found.Replaced, found.Differing, [.. found.NamedDiffering]);
}
