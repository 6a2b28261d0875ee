using System.Text.Json;
using AlfrescoBackupFlows.Flows.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions;

/// <summary>Runs activities of the catalog, and makes of what they throw what can cross the host.</summary>
public sealed class ActivityRunner(FlowCatalog catalog, IHostApplicationLifetime host, ILogger<ActivityRunner> logger)
{
    /// <exception cref="CrossingFailure">It failed, or was interrupted.</exception>
    internal async Task<JsonElement> RunAsync(string activity, string instance, JsonElement input, CancellationToken invocation)
    {
        ActivityDefinition definition = catalog.FindActivity(activity) ?? throw new InvalidOperationException($"there is no activity {activity}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(invocation, host.ApplicationStopping);
        try
        {
            return Payload.Parse(await definition.Run(input.GetRawText(), new ActivityContext(instance, new LoggedProgress(instance, logger)), stop.Token));
        }
        catch (Exception e) when (stop.IsCancellationRequested)
        {
            Logs.Interrupted(logger, instance, activity);
            throw CrossingFailure.Interrupted(e);
        }
        catch (Exception e)
        {
            FlowFailure failure = FlowFailure.From(e);
            Logs.ActivityFailed(logger, instance, activity, failure.Message, e);
            throw CrossingFailure.Of(failure, e);
        }
    }

    /// <summary>Counts reach people through the flow's custom status; warnings are said at once.</summary>
    private sealed class LoggedProgress(string instance, ILogger logger) : IProgressSink
    {
        public void Advance(string phase, long files, long bytes)
        {
        }

        public void Warn(string message) => Logs.Warned(logger, instance, message);
    }
}
