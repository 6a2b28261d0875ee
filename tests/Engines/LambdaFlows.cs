using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Engines.Tests;

/// <summary>Flows and activities written as lambdas, from number to number.</summary>
internal sealed class LambdaFlows
{
    public const string Main = "Main";
    public const string Child = "Child";

    private readonly Dictionary<string, Func<TaskOrchestrationContext, int, Task<int>>> _flows = [];
    private readonly Dictionary<string, Func<int, CancellationToken, Task<int>>> _activities = [];

    public static FlowConverter Converter { get; } = new(LambdaJson.Default);

    public LambdaFlows Flow(Func<TaskOrchestrationContext, int, Task<int>> body) => Flow(Main, body);

    public LambdaFlows ChildFlow(Func<TaskOrchestrationContext, int, Task<int>> body) => Flow(Child, body);

    public LambdaFlows Activity(string name, Func<int, int> body) =>
        Activity(name, (input, _) => Task.FromResult(body(input)));

    public LambdaFlows Activity(string name, Func<int, CancellationToken, Task<int>> body)
    {
        _activities[name] = body;
        return this;
    }

    /// <summary>Registers them as the product's own are registered.</summary>
    public void Register(DurableTaskRegistry registry)
    {
        foreach ((string name, Func<TaskOrchestrationContext, int, Task<int>> body) in _flows)
        {
            registry.AddFlow(name, () => new LambdaFlow(body));
        }

        foreach ((string name, Func<int, CancellationToken, Task<int>> body) in _activities)
        {
            registry.AddActivity(name, new LambdaActivity(body));
        }
    }

    private LambdaFlows Flow(string name, Func<TaskOrchestrationContext, int, Task<int>> body)
    {
        _flows[name] = body;
        return this;
    }

    private sealed class LambdaFlow(Func<TaskOrchestrationContext, int, Task<int>> body) : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => body(context, input);
    }

    private sealed class LambdaActivity(Func<int, CancellationToken, Task<int>> body) : FlowActivity<int, int>
    {
        public override Task<int> RunAsync(int input, IProgressSink progress, CancellationToken cancellationToken) =>
            body(input, cancellationToken);
    }
}

[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(Nothing))]
internal sealed partial class LambdaJson : JsonSerializerContext;
