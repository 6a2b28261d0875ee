using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>
/// Around every activity: gives it a cancellation token, which is that of the invocation and of the host's stop, and
/// says in the log how it failed.
/// </summary>
/// <param name="host">Its stop interrupts activities; another host runs them again.</param>
internal sealed class ActivityMiddleware(IHostApplicationLifetime host, ILogger<ActivityMiddleware> logger)
    : IFunctionsWorkerMiddleware
{
    private const string Trigger = "activityTrigger";

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (
            !context.FunctionDefinition.InputBindings.Values.Any(binding =>
                string.Equals(binding.Type, Trigger, StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            await next(context);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken,
            host.ApplicationStopping
        );
        string activity = context.FunctionDefinition.Name;
        var line = LineScope.Of(InstanceOf(context), activity);
        ScopeOf(line, activity, stop.Token).Enter();
        using IDisposable? lines = logger.BeginScope(line);
        await next(context);
    }

    internal ActivityScope ScopeOf(LineScope line, string activity, CancellationToken cancellationToken) =>
        new(
            new LoggedProgress(line, logger),
            cancellationToken,
            e => Logs.ActivityFailed(logger, line.Instance, activity, FlowFailure.From(e).Message, e)
        );

    private static string InstanceOf(FunctionContext function) =>
        function.BindingContext.BindingData.TryGetValue("instanceId", out object? id) && id is string text
            ? text.Trim('"')
            : string.Empty;

    /// <summary>Counts reach people through the flow's custom status; warnings are said at once.</summary>
    private sealed class LoggedProgress(LineScope line, ILogger logger) : IProgressSink
    {
        public void Advance(string phase, long files, long bytes) => line.Phase = phase;

        public void Warn(string message) => Logs.Warned(logger, line.Instance, message);
    }
}
