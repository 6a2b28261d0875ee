using AlfrescoBackupFlows.Functions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Functions.Tests.Rig;

/// <summary>The one of the hosts, one after the other, that runs activities now.</summary>
internal sealed class CurrentHost
{
    private HostLifetime _lifetime = new();

    /// <summary>What the host gives to an activity: it ends with the host.</summary>
    public void Enter(string instance, string activity)
    {
        HostLifetime lifetime = _lifetime;
        var middleware = new ActivityMiddleware(lifetime, NullLogger<ActivityMiddleware>.Instance);
        middleware.ScopeOf(LineScope.Of(instance, activity), activity, lifetime.ApplicationStopping).Enter();
    }

    /// <summary>It stops, and another one takes its place.</summary>
    public void Replace()
    {
        HostLifetime stopped = _lifetime;
        _lifetime = new HostLifetime();
        stopped.StopApplication();
    }
}
