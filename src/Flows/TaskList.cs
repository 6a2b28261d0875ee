using System.Diagnostics.CodeAnalysis;
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

    // Its constructor is found while the program runs, so a trimmed program must keep it.
    public TaskList AddActivity<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TActivity
    >()
        where TActivity : class, IPhasedActivity
    {
        _phases.Add(typeof(TActivity).Name, TActivity.Phase);
        _registrations.Add(static registry => registry.AddActivity<TActivity>());
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
}
