using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions.Triggers;

/// <summary>Looks every five minutes which runs began and ended, and tells those who are told of it.</summary>
public sealed class ToldRuns(
    Notifier notifier,
    FlowNotifications notifications,
    RepositoryStores stores,
    FlowEnvironment environment,
    ILogger<ToldRuns> logger
)
{
    [Function(nameof(ToldRuns))]
    public async Task RunAsync(
        [TimerTrigger("15 */5 * * * *")] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken
    )
    {
        if (!notifier.IsSet)
        {
            return;
        }

        try
        {
            string installation = environment.Options.Installation.Name ?? "default";
            await new RunWatch(notifications, stores.Control, installation, environment.Time).LookAsync(
                new DurableInstances(client, stores.Control),
                cancellationToken
            );
        }
        catch (AbfException e)
        {
            Logs.NotWatched(logger, e.Message);
        }
    }
}
