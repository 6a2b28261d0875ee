using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary><c>sets --json</c>: one of these per set, newest first. Times are UTC.</summary>
/// <param name="Missing">Required files that the set does not have.</param>
/// <param name="AddedBytes">What the run stored.</param>
internal sealed record SetDocument(
    string Id, string Installation, DateTime Started, DateTime Sealed, bool Consistent, long Missing, long Files, long Bytes, long AddedBytes, string? Parent);

/// <summary><c>show --json</c>; with <c>--path</c> it also has <c>entries</c>, an array of <see cref="EntryDocument"/>.</summary>
internal sealed record ShowDocument(
    string Id,
    string Installation,
    DateTime Started,
    DateTime Sealed,
    bool Consistent,
    long Missing,
    long Files,
    long Bytes,
    long AddedBytes,
    string? Parent,
    PhaseDocument[] Phases,
    SearchIndexDocument Index,
    DatabaseDocument? Database,
    RootDocument[] Roots,
    long Required,
    long SourceMissing,
    long SourceChanged,
    long Acknowledged,
    IReadOnlyDictionary<string, long> Unprotected,
    FindingDocument[] Findings,
    string[] Warnings,
    string Tool);

internal sealed record PhaseDocument(string Name, DateTime Started, DateTime Ended);

internal sealed record SearchIndexDocument(string Kind, DateTime? Written);

internal sealed record DatabaseDocument(string Vendor, string Name, string ServerVersion, string ToolVersion, long DumpBytes, long? Transaction, DateTime? CommitTime);

internal sealed record RootDocument(string Name, string Source, long Files, long Directories, long Bytes, long Required);

/// <param name="Reason"><c>missing</c>, <c>wrong-size</c>, <c>unstable</c>, <c>source-missing</c>, <c>source-changed</c>, <c>invalid-url</c>.</param>
internal sealed record FindingDocument(string Path, long? Size, string Reason);

/// <param name="Path">As restored: the root's name, then the path in it; bytes that are not text as <c>\xNN</c>.</param>
internal sealed record EntryDocument(string Path, string Type, long Size, string Mode, string Owner, string Group, DateTime Modified, string[] Flags);

/// <summary><c>backup --json</c> and <c>resume --json</c>.</summary>
internal sealed record BackupDocument(
    string Id,
    string Installation,
    bool Consistent,
    long Missing,
    long SourceMissing,
    long SourceChanged,
    long Files,
    long Bytes,
    long AddedBytes,
    string[] Warnings,
    StorageDocument Storage);

/// <summary>What this process asked of the storage.</summary>
internal sealed record StorageDocument(long Requests, long UploadedBytes, long DownloadedBytes);

/// <param name="State"><c>none</c>, <c>running</c>, <c>interrupted</c>, <c>sealed</c>, <c>failed</c>, <c>cancelled</c>.</param>
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
    ActivityDocument[] Activities);

/// <param name="Starts">More than <paramref name="Calls"/>: interrupted attempts and retries.</param>
internal sealed record ActivityDocument(string Name, int Calls, int Starts);

/// <summary><c>cancel --json</c>, and <c>resume --json</c> where there is nothing to resume.</summary>
/// <param name="Run">Null: there was none.</param>
internal sealed record RunDocument(string? Run, string Outcome);

internal sealed record InitDocument(string Repository, string Location, string Encryption);

/// <summary><c>key list --json</c>: one of these per passphrase.</summary>
internal sealed record KeyDocument(string Id, string Name, DateTime Created);

/// <param name="Outcome"><c>added</c> or <c>removed</c>.</param>
internal sealed record KeyChangeDocument(string Id, string Outcome);

/// <summary><c>restore --json</c>.</summary>
/// <param name="Required">Files that the database requires.</param>
/// <param name="MissingFiles">The first of those that the set does not have.</param>
internal sealed record RestoreDocument(string Set, string Target, long Files, long Bytes, bool Database, long Required, long Missing, string[] MissingFiles, long CarriedOver, string[] Warnings);

/// <summary><c>restore --dry-run --json</c>.</summary>
/// <param name="Database">The vendor of the dump; null where none is restored.</param>
internal sealed record RestorePlanDocument(string Set, string Target, long Files, long Bytes, string? Database, long Missing, RestoreRootDocument[] Roots, string[] Warnings);

internal sealed record RestoreRootDocument(string Name, long Files, long Bytes);

/// <summary><c>verify --json</c>.</summary>
/// <param name="Sound">Every set that was looked at restores, as far as was looked.</param>
/// <param name="Required">Required files that were looked up in the listings.</param>
/// <param name="Errors">All of them; <paramref name="Findings"/> has the first hundred findings.</param>
internal sealed record VerifyDocument(
    bool Sound, bool ReadData, string[] Sets, long Files, long Bytes, long Required, long Packs, long PacksRead, long Errors, long Warnings, VerifyFindingDocument[] Findings);

/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Set">Null: the repository as a whole.</param>
internal sealed record VerifyFindingDocument(string Severity, string? Set, string Line);
