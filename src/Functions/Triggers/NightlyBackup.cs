using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions.Triggers;

/// <summary>
/// Starts a backup when <c>ABF__SCHEDULE</c> says, unless one is on. The colon is how the host names a setting that is
/// written with two underscores.
/// </summary>
public sealed class NightlyBackup(
    BackupApi api,
    RepositoryStores stores,
    TimeProvider time,
    FlowNotifications notifications,
    ILogger<NightlyBackup> logger
)
{
    [Function(nameof(NightlyBackup))]
    public async Task RunAsync(
        [TimerTrigger("%ABF:SCHEDULE%")] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken
    )
    {
        await StartAsync(new DurableInstances(client, stores.Control), cancellationToken);
        await PurgeAsync(client, cancellationToken);
    }

    internal async Task StartAsync(IFlowInstances instances, CancellationToken cancellationToken)
    {
        try
        {
            if (await api.TryStartBackupAsync(instances, cancellationToken) is { } run)
            {
                Logs.Started(logger, run);
            }
            else
            {
                Logs.Skipped(logger, "a backup is on");
            }
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Busy)
        {
            Logs.Skipped(logger, e.Message);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            await notifications.NotStartedAsync(nameof(HotBackupFlow), FlowFailure.From(e));
            throw;
        }
    }

    /// <summary>A courtesy: a hub that does not let it is only larger.</summary>
    private async Task PurgeAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        try
        {
            await OldRuns.PurgeAsync(client, time.GetUtcNow(), cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Logs.NotPurged(logger, e.Message);
        }
    }
}
