using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Testing;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Embedded.Tests;

/// <summary>A state directory, and flows and activities written as lambdas.</summary>
internal sealed class Stage : IServiceProvider, IDisposable
{
    public const string Main = LambdaFlows.Main;
    public const string Child = LambdaFlows.Child;

    private readonly TempDirectory _directory = new();

    public string StateDirectory => Path.Combine(_directory.Path, "state");

    public LambdaFlows Flows { get; set; } = new();

    public EngineOptions Options { get; set; } = new();

    public Stage Flow(Func<TaskOrchestrationContext, int, Task<int>> body)
    {
        Flows.Flow(body);
        return this;
    }

    public Stage ChildFlow(Func<TaskOrchestrationContext, int, Task<int>> body)
    {
        Flows.ChildFlow(body);
        return this;
    }

    public Stage Activity(string name, Func<int, int> body)
    {
        Flows.Activity(name, body);
        return this;
    }

    public Stage Activity(string name, Func<int, CancellationToken, Task<int>> body)
    {
        Flows.Activity(name, body);
        return this;
    }

    public EmbeddedEngine Open() =>
        EmbeddedEngine.Open(StateDirectory, new TaskCatalog(Flows.Register, this, LambdaFlows.Converter), Options);

    public async Task<FlowInstance> RunAsync(int input = 1, string id = "one")
    {
        await using var engine = Open();
        if (engine.Client.TryGet(id) is null)
        {
            engine.Start(Main, input, id);
        }

        return await engine.RunToEndAsync(id, TestContext.Current.CancellationToken);
    }

    public object? GetService(Type serviceType) => null;

    public void Dispose() => _directory.Dispose();
}
