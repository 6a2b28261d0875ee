using System.Text.Json;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// The rule that one backup runs at a time, for requests and timers. The caller holds the lock of starting.
/// </summary>
/// <param name="Started">The new one, or the one that the same request started before.</param>
/// <param name="Running">The one in the way, where none was started.</param>
internal sealed record BackupStart(InstanceState? Started, InstanceState? Running)
{
    /// <exception cref="ApiException">422: the key came with another request before.</exception>
    public static async Task<BackupStart> TryAsync(
        FlowEnvironment environment,
        IFlowInstances flows,
        BackupRequest request,
        string? requestKey,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await TryOnceAsync(environment, flows, request, requestKey, cancellationToken);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Busy)
        {
            // Another host started one since this one looked: that one is found now, and may be the same request's.
            return await TryOnceAsync(environment, flows, request, requestKey, cancellationToken);
        }
    }

    private static async Task<BackupStart> TryOnceAsync(
        FlowEnvironment environment,
        IFlowInstances flows,
        BackupRequest request,
        string? requestKey,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<InstanceState> instances = await flows.ListAsync(nameof(HotBackupFlow), cancellationToken);
        if (requestKey is not null && instances.FirstOrDefault(i => InputOf(i).RequestKey == requestKey) is { } same)
        {
            return InputOf(same).AcceptContentLoss == request.AcceptContentLoss
                ? new BackupStart(await flows.FindAsync(same.Id, cancellationToken) ?? same, null)
                : throw ApiException.KeyReused();
        }

        if (instances.FirstOrDefault(i => i.Phase is InstancePhase.Running) is { } running)
        {
            return new BackupStart(null, running);
        }

        IEnumerable<string> dead = instances.Where(i => i.Phase is not InstancePhase.Completed).Select(i => i.Id);
        HotBackupInput input = HotBackupInput.Create(
            environment.Time.GetUtcNow(),
            Guid.NewGuid(),
            request.AcceptContentLoss,
            dead,
            requestKey,
            environment.FindLogSeen()
        );
        string json = JsonSerializer.Serialize(input, BackupJson.Default.HotBackupInput);
        InstanceState started = await Instances.StartAsync(
            environment,
            flows,
            nameof(HotBackupFlow),
            json,
            input.Run.ToString(),
            cancellationToken
        );
        return new BackupStart(started, null);
    }

    private static HotBackupInput InputOf(InstanceState backup) =>
        JsonSerializer.Deserialize(backup.Input, BackupJson.Default.HotBackupInput)!;
}
