using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform.Errors;
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
        if (environment.Options.Verify.Every is not null)
        {
            await StartAsync(
                nameof(VerifyFlow),
                "verify.every",
                () => api.TryStartVerificationAsync(instances, cancellationToken)
            );
        }

        if (environment.Options.Drill.Every is not null)
        {
            await StartAsync(
                nameof(DrillFlow),
                "drill.every",
                () => api.TryStartDrillAsync(instances, cancellationToken)
            );
        }
    }

    private async Task StartAsync(string flow, string setting, Func<Task<string?>> start)
    {
        try
        {
            if (await start() is { } id)
            {
                Logs.StartedByTime(logger, id, setting);
            }
        }
        catch (AbfException e)
        {
            Logs.NotStartedByTime(logger, setting, e.Message);
            await notifications.NotStartedAsync(flow, FlowFailure.From(e), environment.Options.Verify.Depth);
        }
    }
}
