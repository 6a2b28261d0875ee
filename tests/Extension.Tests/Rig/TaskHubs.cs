using System.Collections.Concurrent;
using AlfrescoBackupFlows.Testing.Servers;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>
/// The storage of all task hubs, and the hosts that stop: each takes a second for it, in which it only waits, and the
/// next test need not. Shared by the tests of this assembly.
/// </summary>
public sealed class TaskHubs : IAsyncDisposable
{
    private readonly OnDemand<AzuriteServer> _azurite = new();
    private readonly ConcurrentBag<Task> _stops = [];

    public Task<AzuriteServer> GetStorageAsync() => _azurite.GetAsync();

    internal void Stop(ExtensionHost host) => _stops.Add(host.DisposeAsync().AsTask());

    /// <summary>Fails where a host could not stop.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_stops);
        await _azurite.DisposeAsync();
    }
}
