using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AlfrescoBackupFlows.Flows.Engine;

/// <summary>
/// Every flow and activity by name, free of any engine: a host asks it what to run. Inputs and results cross as JSON
/// through source-generated type information.
/// </summary>
public sealed class FlowCatalog
{
    private readonly Dictionary<string, FlowDefinition> _flows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ActivityDefinition> _activities = new(StringComparer.Ordinal);

    public FlowCatalog(IJsonTypeInfoResolver types)
    {
        // The default encoder writes six bytes for each letter that is not ASCII; nothing here ends up in a web page.
        Json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = types, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    }

    /// <summary>How inputs, results, events and statuses are written.</summary>
    public JsonSerializerOptions Json { get; }

    public IReadOnlyCollection<FlowDefinition> Flows => _flows.Values;

    public IReadOnlyCollection<ActivityDefinition> Activities => _activities.Values;

    public FlowDefinition? FindFlow(string name) => _flows.GetValueOrDefault(name);

    public ActivityDefinition? FindActivity(string name) => _activities.GetValueOrDefault(name);

    public FlowCatalog Add<TInput, TOutput>(FlowName<TInput, TOutput> name, IFlow<TInput, TOutput> flow)
    {
        _flows.Add(name.Name, new FlowDefinition(name.Name, async (context, input) =>
            Write(await flow.RunAsync(context, Read<TInput>(input)))));
        return this;
    }

    public FlowCatalog Add<TInput, TOutput>(ActivityName<TInput, TOutput> name, IActivity<TInput, TOutput> activity)
    {
        _activities.Add(name.Name, new ActivityDefinition(name.Name, typeof(TInput), typeof(TOutput), async (input, context, cancellationToken) =>
            Write(await activity.RunAsync(Read<TInput>(input), context, cancellationToken))));
        return this;
    }

    /// <summary>Reads a value that <see cref="Write{T}"/> wrote.</summary>
    public T Read<T>(string json) =>
        JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T)))!;

    public string Write<T>(T value) =>
        JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T)));
}

/// <param name="Run">Runs one turn of the flow from JSON input to JSON result.</param>
public sealed record FlowDefinition(string Name, Func<IFlowContext, string, Task<string>> Run);

/// <param name="Run">Runs the activity once from JSON input to JSON result.</param>
public sealed record ActivityDefinition(string Name, Type Input, Type Output, Func<string, ActivityContext, CancellationToken, Task<string>> Run);
