using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>Backups: start, look, cancel. One at a time.</summary>
internal static class BackupHandlers
{
    public static readonly FlowKind<BackupDocument> Kind = new(
        nameof(HotBackupFlow),
        "backup",
        ApiPaths.Backups,
        InstanceIds.IsBackup,
        Describe,
        ApiJson.Relaxed.BackupDocument
    );

    private const string IdempotencyKey = "Idempotency-Key";
    private const int MaxKeyLength = 255;
    private const int MaxListed = 100;

    /// <summary>
    /// A repeated request with the same key gets the first one's answer, whatever has become of that backup.
    /// </summary>
    public static async Task<IResult> StartAsync(ApiCall call, CancellationToken cancellationToken)
    {
        string? key = KeyOf(call.Http.Request);
        BackupRequest request = await call.ReadBodyAsync(ApiJson.Relaxed.BackupRequest, cancellationToken);
        await call.Limits.Starting.WaitAsync(cancellationToken);
        try
        {
            BackupStart start = await BackupStart.TryAsync(
                call.Environment,
                call.Flows,
                request,
                key,
                cancellationToken
            );
            InstanceState backup =
                start.Started
                ?? throw ApiException.Busy(
                    $"backup {start.Running!.Id} is running: wait for it, or cancel it",
                    Kind.LinkOf(start.Running.Id)
                );
            return Kind.Accepted(call, backup);
        }
        finally
        {
            call.Limits.Starting.Release();
        }
    }

    /// <summary>Newest first, as far back as this host remembers.</summary>
    public static async Task<IResult> ListAsync(ApiCall call, CancellationToken cancellationToken) =>
        ApiCall.Ok(
            [
                .. (await call.Flows.ListAsync(nameof(HotBackupFlow), cancellationToken))
                    .Take(MaxListed)
                    .Select(backup => Describe(call, backup)),
            ],
            ApiJson.Relaxed.BackupDocumentArray
        );

    public static HotBackupResult? ResultOf(InstanceState backup) =>
        backup.Result is { } json ? JsonSerializer.Deserialize(json, BackupJson.Default.HotBackupResult) : null;

    private static BackupDocument Describe(ApiCall call, InstanceState backup)
    {
        HotBackupResult? result = ResultOf(backup);
        return new BackupDocument(
            Id: backup.Id,
            State: Instances.StateOf(backup, "sealed"),
            Started: backup.Created.UtcDateTime,
            Updated: backup.Updated.UtcDateTime,
            Progress: Instances.ProgressOf(backup, call.Text),
            Result: result is null ? null : Describe(call, result),
            Failure: Instances.FailureOf(backup, call.Text),
            Links: Kind.LinksOf(
                backup,
                backup.Phase is InstancePhase.Running or InstancePhase.Completed
                    ? $"/{ApiPaths.Prefix}/{ApiPaths.Sets}/{backup.Id}"
                    : null
            )
        );
    }

    private static BackupResultDocument Describe(ApiCall call, HotBackupResult result)
    {
        BackupResultDocument document = BackupResultDocument.Of(
            result,
            call.Environment.Options.Installation.Name!,
            storage: null
        );
        return document with
        {
            Warnings = call.Text.Clean(document.Warnings),
            RetentionFault = document.RetentionFault is { } fault ? call.Text.Clean(fault) : null,
            MirrorFault = document.MirrorFault is { } copy ? call.Text.Clean(copy) : null,
            IndexFault = document.IndexFault is { } index ? call.Text.Clean(index) : null,
        };
    }

    /// <summary>Only a hash of it goes into the journal: it is whatever the client made of it.</summary>
    private static string? KeyOf(HttpRequest request)
    {
        string key = request.Headers[IdempotencyKey].ToString();
        return key.Length switch
        {
            0 => null,
            > MaxKeyLength => throw ApiException.Invalid($"{IdempotencyKey} has more than {MaxKeyLength} characters"),
            _ => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32],
        };
    }
}
