using System.Reflection;
using AlfrescoBackupFlows.Api.Documents;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>What tells that the host is there, and what it can be asked.</summary>
internal static class HealthHandlers
{
    private static readonly string Version =
        typeof(HealthHandlers)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "unknown";

    public static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken) =>
        ApiCall.Ok(
            new HealthDocument("ok", Version, await BackupHandlers.FindRunningAsync(call, cancellationToken)),
            ApiJson.Relaxed.HealthDocument
        );

    public static Task<IResult> GetOpenApiAsync(ApiCall call, CancellationToken cancellationToken) =>
        Task.FromResult<IResult>(
            TypedResults.Stream(
                typeof(HealthHandlers).Assembly.GetManifestResourceStream("openapi.json")!,
                "application/json"
            )
        );
}
