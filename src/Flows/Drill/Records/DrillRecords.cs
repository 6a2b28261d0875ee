using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Flows.Drill.Records;

/// <summary>What a host says when it starts a drill. Holds names of files with secrets, never a secret.</summary>
/// <param name="Set">The set's id; a host resolves <c>latest</c> before it starts.</param>
/// <param name="Database">An empty database, which is empty again afterwards; null where there is a server.</param>
/// <param name="Server">A server on which a database is made and dropped; null where there is a database.</param>
/// <param name="Scratch">The directory beneath which the drill makes one of its own; absolute.</param>
/// <param name="Share">The part of the required files that is compared with the live store, 0 to 1.</param>
/// <param name="Parallelism">Ranges of files restored at once.</param>
public sealed record DrillInput(
    RunId Set,
    RestoreDatabaseTarget? Database,
    RestoreDatabaseTarget? Server,
    string Scratch,
    double Share,
    int Parallelism
)
{
    /// <summary>The directories of the set whose files are restored; null: all of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RestoreSelection? Selection { get; init; }

    /// <summary>The same drill: how many ranges go side by side makes no other of it.</summary>
    public bool IsSameAs(DrillInput other) => this with { Parallelism = other.Parallelism } == other;
}

/// <summary>One drill at work.</summary>
/// <param name="Id">32 hexadecimal digits, which nobody else has drawn: in the names of all that it makes.</param>
public sealed record DrillWork(string Id, DrillInput Input)
{
    /// <summary>What the database is called that it makes on a server.</summary>
    public string DatabaseName => $"abf_drill_{Id}";

    /// <summary>The directory of its own.</summary>
    public string Directory => Path.Combine(Input.Scratch, $"abf-drill-{Id}");

    /// <summary>Where the files are restored.</summary>
    public string Files => Path.Combine(Directory, "files");

    /// <summary>For the marker of the database's restore.</summary>
    public string DatabaseMark => Path.Combine(Directory, "database");
}

/// <param name="Database">What is filled; null where the set has no dump.</param>
public sealed record DrillPlan(RestoreDatabaseTarget? Database, ImmutableArray<string> Warnings);

/// <summary>One half of the rehearsed restore, the database or the files.</summary>
/// <param name="Result">Null where it failed.</param>
/// <param name="Fault">Why it failed.</param>
public sealed record DrillPart(RestoreResult? Result, string? Fault, double Seconds);

/// <param name="HasBegun">The restore wrote to its target.</param>
public sealed record DrillProgress(bool HasBegun);

/// <param name="Database">Null where the set has no dump.</param>
public sealed record CheckDrilledInput(DrillWork Work, DrillPlan Plan, DrillPart? Database, DrillPart Files);

/// <summary>What the restored database and files were found to be.</summary>
/// <param name="Required">Files that the database requires.</param>
/// <param name="Missing">Of these, the ones that are absent or of another size, known and acknowledged ones
/// included.</param>
/// <param name="Tables">Tables whose rows were counted.</param>
/// <param name="Compared">Files whose bytes were compared with the live store.</param>
/// <param name="Errors">All findings; <paramref name="Findings"/> has the first of them.</param>
public sealed record DrillCheck(
    long Required,
    long Missing,
    int Tables,
    long Compared,
    long Errors,
    ImmutableArray<DrillFinding> Findings,
    ImmutableArray<string> Warnings
)
{
    /// <summary>Of a drill of some directories: required files of others, which were not looked up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long LeftOut { get; init; }
}

/// <summary>Something that a restore of the set would lack.</summary>
/// <param name="Kind">One of <see cref="DrillFindingKinds"/>.</param>
/// <param name="Line">One line for an administrator.</param>
/// <param name="Url">The content URL of the document; null where it is none.</param>
/// <param name="Path">Beneath the restored directory; null where the URL says none.</param>
/// <param name="Size">Bytes that the database says it has.</param>
public sealed record DrillFinding(
    string Kind,
    string Line,
    string? Url,
    string? Path,
    long? Size,
    ImmutableArray<DrillNode> Nodes
);

/// <param name="Path">The names down to the node, with slashes; null where it has none.</param>
public sealed record DrillNode(string NodeRef, string? Path, string Property, string? MimeType);

/// <summary>What a drill finds.</summary>
public static class DrillFindingKinds
{
    /// <summary>The database or the files could not be restored.</summary>
    public const string Restore = "restore";

    /// <summary>A required file is not there.</summary>
    public const string Missing = "missing";

    /// <summary>A required file has another size than its row says.</summary>
    public const string Size = "size";

    /// <summary>A file that the repository lost.</summary>
    public const string Lost = "lost";

    /// <summary>A table has other rows than the set counted.</summary>
    public const string Rows = "rows";

    /// <summary>A file has other bytes than the live store, whose files never change.</summary>
    public const string Differs = "differs";
}

/// <summary>A drill that was made to its end, whatever it found.</summary>
/// <param name="Seconds">From the beginning to the end, interruptions included.</param>
public sealed record DrillResult(
    RunId Set,
    DateTimeOffset Started,
    double Seconds,
    ImmutableArray<PhaseSeconds> Phases,
    long Files,
    long Bytes,
    DrillCheck Check,
    ImmutableArray<string> Warnings
)
{
    /// <inheritdoc cref="DrillInput.Selection"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RestoreSelection? Selection { get; init; }

    /// <summary>A restore of this set would have all that it should.</summary>
    public bool Passed => Check.Errors == 0;
}

/// <param name="HasMade">Directory and database are made; where not, the trace says what may be.</param>
/// <param name="DatabaseRestored">The restore of the database came to its end.</param>
public sealed record CleanUpDrillInput(DrillWork Work, bool HasMade, bool DatabaseRestored);

/// <param name="Warnings">What could not be removed.</param>
public sealed record CleanedDrill(ImmutableArray<string> Warnings);

/// <param name="Fault">Why it could not be recorded; null where it was.</param>
public sealed record RecordedDrill(string? Fault);
