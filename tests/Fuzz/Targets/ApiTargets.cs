using System.Text;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Fuzz.Targets;

/// <summary>What a client of the HTTP API sends.</summary>
internal static class ApiTargets
{
    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("api-backup", bytes => Read(bytes, ApiJson.Relaxed.BackupRequest)),
        new("api-verify", bytes => Read(bytes, ApiJson.Relaxed.VerifyRequest)),
        new("api-restore", bytes => Read(bytes, ApiJson.Relaxed.RestoreRequest)),
        new("api-ids", ReadIds),
    ];

    private static void Read<T>(byte[] bytes, JsonTypeInfo<T> type)
        where T : class, new()
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(bytes, writable: false);
        try
        {
            // A body needs nothing of the host.
            new ApiCall(http, null!, null!, null!, null!, null!)
                .ReadBodyAsync(type, default)
                .GetAwaiter()
                .GetResult();
        }
        catch (ApiException e) when (e.Problem.Status == StatusCodes.Status400BadRequest)
        {
            // What a client is told.
        }
    }

    private static void ReadIds(byte[] bytes)
    {
        string id = Encoding.UTF8.GetString(bytes);
        bool taken =
            InstanceIds.IsBackup(id)
            | InstanceIds.IsVerify(id, out string verify)
            | InstanceIds.IsRestore(id, out string restore);
        if (taken && (id.Length > 100 || id.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-')))
        {
            throw new InvalidOperationException($"'{id}' is taken for an id: {verify} {restore}.");
        }

        if (RunId.TryParse(id, out RunId run))
        {
            _ = run.Started;
        }
    }
}
