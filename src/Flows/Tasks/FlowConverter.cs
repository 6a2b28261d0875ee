using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>How inputs, results, events and statuses are written into a history, the same on every host.</summary>
/// <param name="types">Source-generated type information of all of them.</param>
public sealed class FlowConverter(IJsonTypeInfoResolver types) : DataConverter
{
    // The default encoder writes six bytes for each letter that is not ASCII; nothing here ends up in a web page.
    public JsonSerializerOptions Options { get; } =
        new(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = types,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };

    public override string? Serialize(object? value) =>
        value is null ? null : JsonSerializer.Serialize(value, Options.GetTypeInfo(value.GetType()));

    public override object? Deserialize(string? data, Type targetType) =>
        data is null ? null : JsonSerializer.Deserialize(data, Options.GetTypeInfo(targetType));

    /// <summary>Writes a value that is there.</summary>
    public string Write<T>(T value)
        where T : notnull => JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T)));

    /// <summary>Reads what <see cref="Write{T}"/> wrote.</summary>
    public T Read<T>(string json) => JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T)))!;
}
