using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Testing;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Engines.Tests;

/// <summary>The embedded engine, for tests that every engine has to pass.</summary>
internal sealed class TestEngine : IServiceProvider, IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FlowConverter _converter;
    private readonly EmbeddedEngine _engine;

    private TestEngine(Action<DurableTaskRegistry> register, FlowConverter converter)
    {
        _converter = converter;
        _engine = EmbeddedEngine.Open(_directory.Combine("state"), new TaskCatalog(register, this, converter));
    }

    public static bool CarriesEventsOver => true;

    public static TimeSpan TimersAreEarlyBy => TimeSpan.Zero;

    public static Task<TestEngine> OpenAsync(Action<DurableTaskRegistry> register, FlowConverter converter) =>
        Task.FromResult(new TestEngine(register, converter));

    public Task StartAsync(string flow, object input, string id)
    {
        _engine.Start(flow, input, id);
        return Task.CompletedTask;
    }

    public Task RaiseAsync(string id, string name, object payload)
    {
        Assert.True(_engine.Client.TryRaiseEvent(id, name, _converter.Serialize(payload)!));
        return Task.CompletedTask;
    }

    public Task<FlowInstance> WaitForEndAsync(string id, CancellationToken cancellationToken) =>
        _engine.RunToEndAsync(id, cancellationToken);

    public object? GetService(Type serviceType) => null;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Dispose();
    }
}
