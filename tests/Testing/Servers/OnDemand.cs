using Xunit;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>
/// A server shared by the tests of an assembly (<c>[assembly:
/// AssemblyFixture(typeof(OnDemand&lt;PostgresServer&gt;))]</c>), started when the first test asks for it: a run that
/// needs no server starts none.
/// </summary>
public sealed class OnDemand<TServer> : IAsyncDisposable
    where TServer : class, IAsyncLifetime, new()
{
    private readonly Lock _gate = new();
    private Task<TServer>? _server;

    /// <summary>The running server. Fails, and fails again, where it cannot be started.</summary>
    public Task<TServer> GetAsync()
    {
        lock (_gate)
        {
            return _server ??= ServerStart.RunAsync(new TServer());
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { IsCompletedSuccessfully: true })
        {
            await (await _server).DisposeAsync();
        }
    }
}
