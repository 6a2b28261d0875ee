using AlfrescoBackupFlows.Flows.Runtime;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows;

/// <summary>
/// Flows and activities for any host, each known by the name of its class, with the phases of the activities.
/// </summary>
internal sealed class TaskList
{
    private readonly List<Action<DurableTaskRegistry>> _registrations = [];
    private readonly Dictionary<string, string> _phases = new(StringComparer.Ordinal);

    public TaskList AddFlow<TFlow>()
        where TFlow : class, ITaskOrchestrator, new()
    {
        _registrations.Add(static registry => registry.AddFlow<TFlow>());
        return this;
    }

    /// <param name="create">Called for each attempt. No activator finds the constructor: in native code, one that two
    /// threads asked at once for the same type failed from then on.</param>
    public TaskList AddActivity<TActivity>(Func<FlowEnvironment, TActivity> create)
        where TActivity : class, IPhasedActivity
    {
        string name = typeof(TActivity).Name;
        _phases.Add(name, TActivity.Phase);
        _registrations.Add(registry => registry.AddActivity(name, services => create(EnvironmentOf(services))));
        return this;
    }

    /// <summary>Null: there is no activity of this name.</summary>
    public string? PhaseOf(string activity) => _phases.GetValueOrDefault(activity);

    public void Register(DurableTaskRegistry registry)
    {
        foreach (Action<DurableTaskRegistry> register in _registrations)
        {
            register(registry);
        }
    }

    private static FlowEnvironment EnvironmentOf(IServiceProvider services) =>
        (FlowEnvironment?)services.GetService(typeof(FlowEnvironment))
        ?? throw new InvalidOperationException("the host gives no FlowEnvironment to activities");
}
