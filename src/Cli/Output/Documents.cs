using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Contracts;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>One of <c>entries</c> of <c>show --path --json</c>.</summary>
/// <param name="Path">
/// As restored: the root's name, then the path in it; bytes that are not text as <c>\xNN</c>.
/// </param>
internal sealed record EntryDocument(
    string Path,
    string Type,
    long Size,
    string Mode,
    string Owner,
    string Group,
    DateTime Modified,
    string[] Flags
);

/// <summary><c>status --json</c>.</summary>
/// <param name="State">
/// <c>none</c>, <c>running</c>, <c>interrupted</c>, <c>sealed</c>, <c>failed</c>, <c>cancelled</c>.
/// </param>
internal sealed record StatusDocument(
    string State,
    string? Run,
    DateTime? Started,
    DateTime? Updated,
    string? Phase,
    string? Detail,
    long FilesDone,
    long FilesTotal,
    long BytesDone,
    long BytesTotal,
    double BytesPerSecond,
    DateTime? EstimatedEnd,
    string? Error,
    ActivityDocument[] Activities
);

/// <param name="Starts">More than <paramref name="Calls"/>: interrupted attempts and retries.</param>
internal sealed record ActivityDocument(string Name, int Calls, int Starts);

/// <summary><c>cancel --json</c>, and <c>resume --json</c> where there is nothing to resume.</summary>
/// <param name="Run">Null: there was none.</param>
/// <param name="Outcome">
/// <c>nothing to resume</c>; <c>cancelled</c>, <c>asked</c> (another process is running it), <c>sealed</c> (too late),
/// <c>nothing to cancel</c>.
/// </param>
/// <param name="FreedPacks">Packs of runs without a set that <c>cancel</c> has deleted.</param>
internal sealed record RunDocument(string? Run, string Outcome, long FreedPacks = 0, long FreedBytes = 0);

/// <summary><c>init --json</c>.</summary>
internal sealed record InitDocument(string Repository, string Location, string Encryption);

/// <summary><c>key list --json</c>: one of these per passphrase.</summary>
internal sealed record KeyDocument(string Id, string Name, DateTime Created);

/// <summary><c>key add --json</c> and <c>key remove --json</c>.</summary>
/// <param name="Id">Null where one would be added.</param>
/// <param name="Outcome"><c>added</c> or <c>removed</c>; <c>would be added</c> or <c>would be removed</c>.</param>
internal sealed record KeyChangeDocument(string? Id, string Outcome);

/// <summary><c>key rotate --json</c>.</summary>
/// <param name="Outcome"><c>rotated</c> or <c>would be rotated</c>.</param>
/// <param name="Generation">Of the keys that seal from here on.</param>
/// <param name="Kept">Passphrases that open them.</param>
/// <param name="Dropped">Passphrases that open the repository no longer.</param>
internal sealed record KeyRotationDocument(string Outcome, uint Generation, KeyDocument[] Kept, KeyDocument[] Dropped)
{
    /// <summary>With <c>--reseal</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResealDocument? Reseal { get; init; }
}

/// <summary><c>key reseal --json</c>.</summary>
/// <param name="Outcome"><c>resealed</c>, <c>unfinished</c> or <c>would be resealed</c>.</param>
/// <param name="RepackedBytes">Of new packs.</param>
/// <param name="FreedBytes">Of blobs that were deleted.</param>
/// <param name="LaterBlobs">The store keeps them until a date.</param>
/// <param name="LaterFrom">The earliest such date; absent where the store does not say.</param>
/// <param name="Dropped">Old keys that the repository holds no more.</param>
/// <param name="Left">Old keys that it holds still.</param>
/// <param name="WaitsFor">Open runs that may seal under old keys until they end.</param>
internal sealed record ResealDocument(
    string Outcome,
    long RepackedBytes,
    long FreedBytes,
    long LaterBlobs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? LaterFrom,
    OldKeyDocument[] Dropped,
    OldKeyDocument[] Left,
    string[] WaitsFor,
    string[] Warnings
);

/// <param name="Class"><c>content</c> or <c>metadata</c>.</param>
/// <param name="Blobs">Blobs that are sealed under it.</param>
/// <param name="Some">Names of the first few of these.</param>
internal sealed record OldKeyDocument(string Class, uint Generation, long Blobs, long Bytes, string[] Some);

/// <summary><c>key recover --json</c>.</summary>
/// <param name="Outcome"><c>recovered</c>, <c>would be recovered</c> or <c>nothing to recover</c>.</param>
/// <param name="From">The number of the config that was taken; absent where nothing was to be done.</param>
/// <param name="Config">Its number from here on.</param>
/// <param name="Keys">The passphrases that open it.</param>
internal sealed record KeyRecoveryDocument(
    string Outcome,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? From,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Config,
    KeyDocument[] Keys
)
{
    /// <summary>The newest config that opens here, where other keys open it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Newest { get; init; }

    /// <summary>Of <c>keys</c>, those that do not open the newest one: they may have been removed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyDocument[]? NotInNewest { get; init; }

    /// <summary>Keys that open the newest one alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyDocument[]? OnlyInNewest { get; init; }
}

/// <summary><c>key export --json</c>.</summary>
/// <param name="Outcome"><c>written</c> or <c>would be written</c>.</param>
/// <param name="Rotation">Null where the keys were of the right kind already.</param>
internal sealed record KeyExportDocument(string File, string Outcome, KeyRotationDocument? Rotation);

/// <summary><c>restore --dry-run --json</c>.</summary>
/// <param name="Files">Files that will be restored: without those that are lost.</param>
/// <param name="Bytes">Of these files.</param>
/// <param name="Database">The vendor of the dump; null where none is restored.</param>
/// <param name="Unproven">Whether the files fit the database is not known.</param>
/// <param name="Lost">Files that do not restore, as far as that is known beforehand.</param>
/// <param name="LostFiles">What is lost, and why: the first lines.</param>
internal sealed record RestorePlanDocument(
    string Set,
    string Target,
    long Files,
    long Bytes,
    string? Database,
    bool Unproven,
    long Missing,
    RestoreRootDocument[] Roots,
    long Lost,
    string[] LostFiles,
    string[] Warnings
)
{
    /// <summary>Of a part of a set: what else it has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LeftOutDocument? LeftOut { get; init; }

    /// <summary>Of <c>--repair</c>: what it found; nothing is written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RepairedFilesDocument? Repaired { get; init; }
}

internal sealed record RestoreRootDocument(string Name, long Files, long Bytes);

/// <summary><c>setup --json</c>.</summary>
/// <param name="Configuration">The file that was written.</param>
/// <param name="Properties">Alfresco's own.</param>
/// <param name="Location">Of the repository.</param>
/// <param name="Repository">Its id; null where it was there already.</param>
/// <param name="PassphraseMade">False: the file was there.</param>
/// <param name="User">For whom root set it up; null: for whoever ran it.</param>
/// <param name="Doctor">As <c>doctor --json</c>; null where it came to no result.</param>
/// <param name="Next">Commands to type, in this order; after <c>#</c> stands what for.</param>
internal sealed record SetupDocument(
    string Configuration,
    string Properties,
    string Name,
    string Location,
    string? Repository,
    string PassphraseFile,
    bool PassphraseMade,
    string? User,
    DoctorDocument? Doctor,
    string[] Next
);

/// <summary>One of <c>generate --json</c>.</summary>
internal sealed record GeneratedDocument(string Name, string Text);

/// <summary><c>config show --json</c>: one of these per setting that counts.</summary>
/// <param name="Setting">Its path, such as <c>repository.url</c>.</param>
/// <param name="Value">As it counts; <c>[secret]</c> in place of a secret.</param>
/// <param name="Source"><c>file</c>, <c>environment</c>, <c>discovered</c> or <c>default</c>.</param>
/// <param name="From">The file, the variable or the property; null for a default.</param>
internal sealed record SettingDocument(string Setting, string Value, string Source, string? From);

/// <summary><c>config check --json</c>.</summary>
internal sealed record ConfigCheckDocument(int Errors, int Warnings, ConfigFaultDocument[] Findings);

/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Setting">The setting, the variable, the property or the option that is meant.</param>
/// <param name="Value">As it stands there; null where it is absent, or not shown.</param>
/// <param name="What">What is wrong, with setting and value.</param>
/// <param name="Fix">What to do.</param>
internal sealed record ConfigFaultDocument(string Severity, string Setting, string? Value, string What, string Fix);

/// <summary><c>key sheet --json</c>: what the sheet says, without its form.</summary>
/// <param name="Keys">The passphrases by name, without them.</param>
/// <param name="Scan">What the QR code holds: the configuration of a machine that restores.</param>
internal sealed record KeySheetDocument(
    string Repository,
    string Location,
    string Encryption,
    string? Installation,
    KeyDocument[] Keys,
    string Scan,
    string? File
);
