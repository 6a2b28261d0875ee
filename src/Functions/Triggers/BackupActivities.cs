using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace AlfrescoBackupFlows.Functions;

/// <summary>The activities of the backup, each under its own name.</summary>
public sealed class BackupActivities(ActivityRunner runner)
{
    [Function(nameof(OpenRun))]
    public Task<JsonElement> OpenRun([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(CheckSources))]
    public Task<JsonElement> CheckSources([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(ObserveIndex))]
    public Task<JsonElement> ObserveIndex([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(RefreshIndex))]
    public Task<JsonElement> RefreshIndex([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(CaptureIndex))]
    public Task<JsonElement> CaptureIndex([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(DumpDatabase))]
    public Task<JsonElement> DumpDatabase([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(PlanFiles))]
    public Task<JsonElement> PlanFiles([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(CaptureRange))]
    public Task<JsonElement> CaptureRange([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(MergeListing))]
    public Task<JsonElement> MergeListing([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(CheckConsistency))]
    public Task<JsonElement> CheckConsistency([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(MergeIndex))]
    public Task<JsonElement> MergeIndex([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(SealSet))]
    public Task<JsonElement> SealSet([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);

    [Function(nameof(CloseRun))]
    public Task<JsonElement> CloseRun([ActivityTrigger] JsonElement input, FunctionContext function) => runner.RunAsync(input, function);
}
