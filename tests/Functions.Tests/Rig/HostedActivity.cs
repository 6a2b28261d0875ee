using AlfrescoBackupFlows.Flows.Tests.Rig;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Functions.Tests.Rig;

/// <summary>An activity within what its host gives it, which the worker's middleware does in the cloud host.</summary>
internal sealed class HostedActivity(ITaskActivity activity, CurrentHost host) : ITaskActivity
{
    public Type InputType => activity.InputType;

    public Type OutputType => activity.OutputType;

    /// <summary>Registers all that <paramref name="register"/> does, with this around each activity.</summary>
    public static void Register(DurableTaskRegistry tasks, Action<DurableTaskRegistry> register, CurrentHost host)
    {
        var plain = new DurableTaskRegistry();
        register(plain);
        foreach ((TaskName name, Func<IServiceProvider, ITaskOrchestrator> create) in plain.GetOrchestrators())
        {
            tasks.AddOrchestrator(name, () => create(NoServices.Instance));
        }

        foreach ((TaskName name, Func<IServiceProvider, ITaskActivity> create) in plain.GetActivities())
        {
            tasks.AddActivity(name, services => new HostedActivity(create(services), host));
        }
    }

    public Task<object?> RunAsync(TaskActivityContext context, object? input)
    {
        host.Enter(context.InstanceId, context.Name.Name);
        return activity.RunAsync(context, input);
    }
}
