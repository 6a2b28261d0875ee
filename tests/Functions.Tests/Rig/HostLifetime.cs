using Microsoft.Extensions.Hosting;

namespace AlfrescoBackupFlows.Functions.Tests.Rig;

/// <summary>The life of a host that can be told to stop.</summary>
internal sealed class HostLifetime : IHostApplicationLifetime
{
    private readonly CancellationTokenSource _stopping = new();

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication() => _stopping.Cancel();
}
