using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Embedded.Tests;

/// <summary>A state directory and a catalog of flows and activities written as lambdas.</summary>
internal sealed class Stage : IDisposable
{
    private readonly TempDirectory _directory = new();

    public static readonly FlowName<int, int> Main = new("Main");
    public static readonly FlowName<int, int> Child = new("Child");

    public string StateDirectory => Path.Combine(_directory.Path, "state");

    public FlowCatalog Catalog { get; set; } = NewCatalog();

    public EngineOptions Options { get; set; } = new();

    public static FlowCatalog NewCatalog() => new(StageJson.Default);

    public Stage Flow(Func<IFlowContext, int, Task<int>> body)
    {
        Catalog.Add(Main, new LambdaFlow(body));
        return this;
    }

    public Stage ChildFlow(Func<IFlowContext, int, Task<int>> body)
    {
        Catalog.Add(Child, new LambdaFlow(body));
        return this;
    }

    public Stage Activity(string name, Func<int, int> body) => Activity(name, (input, _) => Task.FromResult(body(input)));

    public Stage Activity(string name, Func<int, CancellationToken, Task<int>> body)
    {
        Catalog.Add(Act(name), new LambdaActivity(body));
        return this;
    }

    public static ActivityName<int, int> Act(string name) => new(name);

    public EmbeddedEngine Open() => EmbeddedEngine.Open(StateDirectory, Catalog, Options);

    public async Task<FlowInstance> RunAsync(int input = 1, string id = "one")
    {
        await using var engine = Open();
        if (engine.Client.TryGet(id) is null)
        {
            engine.Start(Main, input, id);
        }

        return await engine.RunToEndAsync(id, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _directory.Dispose();

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
internal sealed partial class StageJson : JsonSerializerContext;
