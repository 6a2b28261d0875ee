using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions.Triggers;

/// <summary>
/// Looks every hour at the repository, tells what is wrong with it, and starts a verification or a drill whose time has
/// come by <c>ABF__VERIFY__EVERY</c> and <c>ABF__DRILL__EVERY</c>.
/// </summary>
public sealed class HourlyLook(
    BackupApi api,
    RepositoryStores stores,
    FlowEnvironment environment,
    RepositoryLook look,
    FlowNotifications notifications,
    ILogger<HourlyLook> logger
)
{
    [Function(nameof(HourlyLook))]
    public async Task RunAsync(
        [TimerTrigger("0 30 * * * *")] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken
    )
    {
        if (await look.LookAsync(cancellationToken) is { } fault)
        {
            Logs.NotLooked(logger, fault);
        }

        await StartAsync(new DurableInstances(client, stores.Control), cancellationToken);
    }

    internal async Task StartAsync(IFlowInstances instances, CancellationToken cancellationToken)
    {
        foreach (DueStart check in await api.StartDueAsync(instances, cancellationToken))
        {
            if (check.Id is { } id)
            {
                Logs.StartedByTime(logger, id, check.Setting);
            }

            if (check.Fault is { } fault)
            {
                Logs.NotStartedByTime(logger, check.Setting, Secret.Redact(fault.Message));
                await notifications.NotStartedAsync(
                    check.Flow,
                    FlowFailure.From(fault),
                    environment.Options.Verify.Depth
                );
            }
        }
    }
}
