using System.Reflection;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Platform.Errors;
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

    public static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<InstanceState> backups = await call.Flows.ListAsync(nameof(HotBackupFlow), cancellationToken);
        InstanceState? running = backups.FirstOrDefault(i => i.Phase is InstancePhase.Running);
        InstanceState? ended = backups.FirstOrDefault(i => i.Phase is not InstancePhase.Running);
        if (ended is { Phase: not InstancePhase.Completed })
        {
            // A listing may not tell why.
            ended = await call.Flows.FindAsync(ended.Id, cancellationToken) ?? ended;
        }

        return ApiCall.Ok(
            new HealthDocument(
                "ok",
                Version,
                running is null ? null : BackupHandlers.Kind.LinkOf(running.Id),
                ended is null ? null : Describe(ended),
                backups.Select(LastSetOf).FirstOrDefault(set => set is not null)
            ),
            ApiJson.Relaxed.HealthDocument
        );
    }

    private static LastRunDocument Describe(InstanceState run) =>
        new(
            run.Id,
            Instances.StateOf(run, "sealed"),
            run.Updated.UtcDateTime,
            run.Phase is InstancePhase.Completed ? null : FailureCodes.Of(run.Failure?.Kind ?? ErrorKind.Cancelled)
        );

    private static LastSetDocument? LastSetOf(InstanceState run) =>
        BackupHandlers.ResultOf(run) is { } result
            ? new LastSetDocument(run.Id, run.Updated.UtcDateTime, result.Consistent, result.HasFindings)
            : null;

    public static Task<IResult> GetOpenApiAsync(ApiCall call, CancellationToken cancellationToken) =>
        Task.FromResult<IResult>(
            TypedResults.Stream(
                typeof(HealthHandlers).Assembly.GetManifestResourceStream("openapi.json")!,
                "application/json"
            )
        );
}
