using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.DurableTask;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Tasks;

/// <summary>How a host makes the activities.</summary>
public sealed class TaskRegistrationTests
{
    /// <summary>
    /// Whoever looks a constructor up asks a host for more. In native code two threads that do so at once for one class may
    /// leave it unusable for as long as the process lives.
    /// </summary>
    [Fact]
    public async Task An_activity_takes_the_environment_and_no_constructor_is_looked_up()
    {
        using TempDirectory directory = new();
        await using FlowEnvironment environment = PlainEnvironment.Of(
            directory.Path,
            new MemoryBlobStore(),
            new MemoryBlobStore()
        );
        var registry = new DurableTaskRegistry();
        BackupTasks.Register(registry);

        Assert.NotEmpty(registry.GetActivities());
        Assert.All(
            registry.GetActivities(),
            activity =>
            {
                var host = new AskedHost(environment);
                Assert.Equal(activity.Key.Name, activity.Value(host).GetType().Name);
                Assert.All(host.Asked, type => Assert.Equal(typeof(FlowEnvironment), type));
            }
        );
    }

    private sealed class AskedHost(FlowEnvironment environment) : IServiceProvider
    {
        public List<Type> Asked { get; } = [];

        public object? GetService(Type serviceType)
        {
            Asked.Add(serviceType);
            return environment.GetService(serviceType);
        }
    }
}
