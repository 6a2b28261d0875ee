using Microsoft.Extensions.Hosting;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>The life of a worker that does not stop.</summary>
internal sealed class RunningHost : IHostApplicationLifetime
{
    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => CancellationToken.None;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication() { }
}
