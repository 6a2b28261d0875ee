using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace AlfrescoBackupFlows.Functions;

/// <summary>From a function's invocation to the activity of the same name.</summary>
internal static class ActivityInvocation
{
    public static Task<JsonElement> RunAsync(this ActivityRunner runner, JsonElement input, FunctionContext function) =>
        runner.RunAsync(function.FunctionDefinition.Name, InstanceOf(function), input, function.CancellationToken);

    private static string InstanceOf(FunctionContext function) =>
        function.BindingContext.BindingData.TryGetValue("instanceId", out object? id) && id is string text ? text.Trim('"') : string.Empty;
}
