using AlfrescoBackupFlows.Testing.Servers;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>The bench that all sweeps share: each makes its own copies of the repository.</summary>
public sealed class FaultBenches : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<FaultBench>? _bench;

    public async ValueTask DisposeAsync()
    {
        if (_bench is { IsCompletedSuccessfully: true })
        {
            (await _bench).Dispose();
        }
    }

    internal Task<FaultBench> GetAsync(OnDemand<PostgresServer> server)
    {
        lock (_gate)
        {
            return _bench ??= CreateAsync(server);
        }
    }

    // No test's token: the others need it too.
    private static async Task<FaultBench> CreateAsync(OnDemand<PostgresServer> server) =>
        await FaultBench.CreateAsync(await server.GetAsync(), CancellationToken.None);
}
