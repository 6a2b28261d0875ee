using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Embedded;

/// <summary>The registered orchestrators and activities by name, and how their inputs and results are
/// written.</summary>
public sealed class TaskCatalog
{
    private readonly Dictionary<string, Func<IServiceProvider, ITaskOrchestrator>> _orchestrators;
    private readonly Dictionary<string, Func<IServiceProvider, ITaskActivity>> _activities;
    private readonly IServiceProvider _services;

    /// <param name="register">Registers all of them.</param>
    /// <param name="services">What activities are made from.</param>
    public TaskCatalog(Action<DurableTaskRegistry> register, IServiceProvider services, FlowConverter converter)
    {
        var registry = new DurableTaskRegistry();
        register(registry);
        _orchestrators = registry
            .GetOrchestrators()
            .ToDictionary(o => o.Key.Name, o => o.Value, StringComparer.Ordinal);
        _activities = registry.GetActivities().ToDictionary(a => a.Key.Name, a => a.Value, StringComparer.Ordinal);
        _services = services;
        Converter = converter;
    }

    /// <summary>The product's own flows and activities.</summary>
    public static TaskCatalog Of(FlowEnvironment environment) =>
        new(BackupTasks.Register, environment, BackupTasks.Converter);

    public FlowConverter Converter { get; }

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    /// <summary>Null: there is none of this name.</summary>
    internal ITaskOrchestrator? TryCreateOrchestrator(string name) =>
        _orchestrators.GetValueOrDefault(name)?.Invoke(_services);

    internal ITaskActivity CreateActivity(string name) => _activities[name](_services);

    /// <summary>As a journal has it: JSON, and <c>null</c> where there is nothing.</summary>
    internal string Write(object? value) => Converter.Serialize(value) ?? "null";

    internal object? Read(string json, Type type) => json == "null" ? null : Converter.Deserialize(json, type);
}
