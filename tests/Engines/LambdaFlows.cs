using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Engines.Tests;

/// <summary>A catalog of flows and activities written as lambdas.</summary>
internal sealed class LambdaFlows
{
    public static readonly FlowName<int, int> Main = new("Main");
    public static readonly FlowName<int, int> Child = new("Child");

    public FlowCatalog Catalog { get; } = new(LambdaJson.Default);

    public static ActivityName<int, int> Act(string name) => new(name);

    public LambdaFlows Flow(Func<IFlowContext, int, Task<int>> body) => Add(Main, body);

    public LambdaFlows ChildFlow(Func<IFlowContext, int, Task<int>> body) => Add(Child, body);

    public LambdaFlows Activity(string name, Func<int, int> body) => Activity(name, (input, _) => Task.FromResult(body(input)));

    public LambdaFlows Activity(string name, Func<int, CancellationToken, Task<int>> body)
    {
        Catalog.Add(Act(name), new LambdaActivity(body));
        return this;
    }

    private LambdaFlows Add(FlowName<int, int> name, Func<IFlowContext, int, Task<int>> body)
    {
        Catalog.Add(name, new LambdaFlow(body));
        return this;
    }

    private sealed class LambdaFlow(Func<IFlowContext, int, Task<int>> body) : IFlow<int, int>
    {
        public Task<int> RunAsync(IFlowContext context, int input) => body(context, input);
    }

    private sealed class LambdaActivity(Func<int, CancellationToken, Task<int>> body) : IActivity<int, int>
    {
        public Task<int> RunAsync(int input, ActivityContext context, CancellationToken cancellationToken) => body(input, cancellationToken);
    }
}

[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
internal sealed partial class LambdaJson : JsonSerializerContext;
