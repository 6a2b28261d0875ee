using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Functions.Hosting;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Grpc;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>
/// Runs flows and activities as the worker of the cloud host does, and hands results and failures to the extension in
/// the form in which the Functions host hands them on.
/// </summary>
internal sealed class WorkerFunctions : IDisposable
{
    private static readonly JsonSerializerSettings AsTheHost = new() { DateParseHandling = DateParseHandling.None };

    private readonly Dictionary<string, Func<IServiceProvider, ITaskOrchestrator>> _flows;
    private readonly Dictionary<string, Func<IServiceProvider, ITaskActivity>> _activities;
    private readonly FailureProperties _failures = new();
    private readonly IServiceProvider _tasks;
    private readonly ServiceProvider _worker;
    private readonly ActivityMiddleware _middleware;

    /// <param name="tasks">What activities are made from.</param>
    /// <param name="loggers">Takes what flows say; activities have theirs from what they are made from.</param>
    public WorkerFunctions(
        Action<DurableTaskRegistry> register,
        FlowConverter converter,
        IServiceProvider tasks,
        FunctionLoggers? loggers = null
    )
    {
        Loggers = loggers ?? new FunctionLoggers();
        var registry = new DurableTaskRegistry();
        register(registry);
        _flows = registry.GetOrchestrators().ToDictionary(o => o.Key.Name, o => o.Value, StringComparer.Ordinal);
        _activities = registry.GetActivities().ToDictionary(a => a.Key.Name, a => a.Value, StringComparer.Ordinal);
        _tasks = tasks;
        Converter = new JsonDataConverter(DurableTasks.Json(converter));
        var options = new DurableTaskWorkerOptions { DataConverter = Converter, EnableEntitySupport = true };
        _worker = new ServiceCollection()
            .AddSingleton(new DurableTaskShimFactory(options, Loggers))
            .BuildServiceProvider();
        _middleware = new ActivityMiddleware(new RunningHost(), NullLogger<ActivityMiddleware>.Instance);
    }

    public IReadOnlyCollection<string> Flows => _flows.Keys;

    public IReadOnlyCollection<string> Activities => _activities.Keys;

    public DataConverter Converter { get; }

    public FunctionLoggers Loggers { get; }

    /// <param name="request">The history, as the extension sends it.</param>
    /// <returns>What the flow does next, as the extension expects it.</returns>
    public string RunFlow(string name, string request)
    {
        Loggers.Enter(name);
        return GrpcOrchestrationRunner.LoadAndRun(request, _flows[name](_tasks), _worker);
    }

    public async Task<object?> RunActivityAsync(string name, IDurableActivityContext context)
    {
        try
        {
            Loggers.Enter(name);
            _middleware.ScopeOf(LineScope.Of(context.InstanceId, name), name, CancellationToken.None).Enter();
            ITaskActivity activity = _activities[name](_tasks);
            object? input = Converter.Deserialize(context.GetInput<string>(), activity.InputType);
            object? result = await activity.RunAsync(new ActivityContext(name, context.InstanceId), input);
            return result is null or string
                ? result
                : JsonConvert.DeserializeObject<JToken>(Converter.Serialize(result)!, AsTheHost);
        }
        catch (Exception e)
        {
            throw HostFailure.Of(e, _failures);
        }
    }

    public void Dispose() => _worker.Dispose();

    private sealed class ActivityContext(TaskName name, string instanceId) : TaskActivityContext
    {
        public override TaskName Name => name;

        public override string InstanceId => instanceId;
    }
}
