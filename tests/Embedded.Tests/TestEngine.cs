using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Engines.Tests;

/// <summary>The embedded engine, for tests that every engine has to pass.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly EmbeddedEngine _engine;

    public static bool CarriesEventsOver => true;

    private TestEngine(FlowCatalog catalog) => _engine = EmbeddedEngine.Open(_directory.Combine("state"), catalog);

    public static Task<TestEngine> OpenAsync(FlowCatalog catalog) => Task.FromResult(new TestEngine(catalog));

    public Task StartAsync(string flow, string input, string id)
    {
        _engine.Client.Start(flow, input, id);
        return Task.CompletedTask;
    }

    public Task RaiseAsync(string id, string name, string payload)
    {
        Assert.True(_engine.Client.TryRaiseEvent(id, name, payload));
        return Task.CompletedTask;
    }

    public Task<FlowInstance> WaitForEndAsync(string id, CancellationToken cancellationToken) => _engine.RunToEndAsync(id, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Dispose();
    }
}
