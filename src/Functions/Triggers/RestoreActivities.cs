using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace AlfrescoBackupFlows.Functions;

/// <summary>The activities of the restore, each under its own name.</summary>
public sealed class RestoreActivities(ActivityRunner runner)
{
    [Function(nameof(PrepareRestore))]
    public Task<JsonElement> PrepareRestore([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(PlanRestoreRoot))]
    public Task<JsonElement> PlanRestoreRoot([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(RestoreRange))]
    public Task<JsonElement> RestoreRange([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(RestoreDirectories))]
    public Task<JsonElement> RestoreDirectories([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(RestoreDatabase))]
    public Task<JsonElement> RestoreDatabase([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(CheckRestored))]
    public Task<JsonElement> CheckRestored([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(FinishRestore))]
    public Task<JsonElement> FinishRestore([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);
}
