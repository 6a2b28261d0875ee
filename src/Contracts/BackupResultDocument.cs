using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Backup.Records;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>
/// A backup that is done: <c>abf backup --json</c>, <c>abf resume --json</c>, and <c>result</c> of <c>GET
/// /api/backups/{id}</c>.
/// </summary>
/// <param name="Id">Of the set, which is also the run's.</param>
/// <param name="Consistent">Proved to be so.</param>
/// <param name="Unproven">
/// Whether the files fit the database is not known; the first warnings say why.
/// </param>
/// <param name="Missing">Required files that the set does not have, beyond the acknowledged ones.</param>
/// <param name="SourceMissing">Files carried over from the set before because the source lost them.</param>
/// <param name="SourceChanged">Files carried over from the set before because the source's content is another.</param>
/// <param name="AddedBytes">What the run stored.</param>
/// <param name="Forgotten">Sets that the retention has forgotten; absent where there are none.</param>
/// <param name="RetentionFault">
/// Why the retention after it failed, which takes nothing from the set; absent where it did not.
/// </param>
/// <param name="MirrorFault">
/// Why mirrors do not have the set, which takes nothing from it; absent where all that were due have it.
/// </param>
/// <param name="IndexFault">
/// Why the set has no index that it should have; absent where it has it, or needs none.
/// </param>
/// <param name="Storage">Told by the command alone, absent over HTTP.</param>
public sealed record BackupResultDocument(
    string Id,
    string Installation,
    bool Consistent,
    bool Unproven,
    long Missing,
    long SourceMissing,
    long SourceChanged,
    long Files,
    long Bytes,
    long AddedBytes,
    string[] Warnings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Forgotten,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RetentionFault,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MirrorFault,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IndexFault,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StorageDocument? Storage
)
{
    public static BackupResultDocument Of(HotBackupResult result, string installation, StorageDocument? storage) =>
        new(
            Id: result.Set.ToString(),
            Installation: installation,
            Consistent: result.Consistent,
            Unproven: !result.Unproven.IsDefaultOrEmpty,
            Missing: result.Missing,
            SourceMissing: result.SourceMissing,
            SourceChanged: result.SourceChanged,
            Files: result.Files,
            Bytes: result.Bytes,
            AddedBytes: result.AddedBytes,
            Warnings: result.Warnings.IsDefault ? [] : [.. result.Warnings],
            Forgotten: result.Forgotten.IsDefaultOrEmpty ? null : [.. result.Forgotten.Select(set => set.ToString())],
            RetentionFault: result.RetentionFault,
            MirrorFault: result.MirrorFault,
            IndexFault: result.IndexFault,
            Storage: storage
        );
}

/// <summary>What the process asked of the storage.</summary>
public sealed record StorageDocument(long Requests, long UploadedBytes, long DownloadedBytes);
