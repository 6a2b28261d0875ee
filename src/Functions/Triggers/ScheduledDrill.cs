using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions.Triggers;

/// <summary>Looks every hour whether a drill's time has come by <c>ABF__DRILL__EVERY</c>, and starts it.</summary>
public sealed class ScheduledDrill(
    BackupApi api,
    RepositoryStores stores,
    FlowEnvironment environment,
    ILogger<ScheduledDrill> logger
)
{
    [Function(nameof(ScheduledDrill))]
    public async Task RunAsync(
        [TimerTrigger("0 30 * * * *")] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken
    )
    {
        if (environment.Options.Drill.Every is not null)
        {
            await StartAsync(new DurableInstances(client, stores.Control), cancellationToken);
        }
    }

    internal async Task StartAsync(IFlowInstances instances, CancellationToken cancellationToken)
    {
        try
        {
            if (await api.TryStartDrillAsync(instances, cancellationToken) is { } drill)
            {
                Logs.DrillStarted(logger, drill);
            }
        }
        catch (AbfException e)
        {
            Logs.DrillNotStarted(logger, e.Message);
        }
    }
}
