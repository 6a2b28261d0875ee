using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace AlfrescoBackupFlows.Functions;

/// <summary>The activities of the verification, each under its own name.</summary>
public sealed class VerifyActivities(ActivityRunner runner)
{
    [Function(nameof(PlanVerify))]
    public Task<JsonElement> PlanVerify([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(VerifyStep))]
    public Task<JsonElement> VerifyStep([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);
}
