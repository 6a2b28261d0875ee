using System.Text.Json;
using AlfrescoBackupFlows.Flows.Engine;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Functions;

/// <summary>The flows, each under its own name.</summary>
public sealed class Orchestrators(FlowCatalog catalog)
{
    [Function(nameof(HotBackupFlow))]
    public Task<JsonElement> HotBackupFlow([OrchestrationTrigger] TaskOrchestrationContext context, JsonElement input) =>
        FlowOrchestrator.RunAsync(catalog, context, input);

    [Function(nameof(CaptureRangeFlow))]
    public Task<JsonElement> CaptureRangeFlow([OrchestrationTrigger] TaskOrchestrationContext context, JsonElement input) =>
        FlowOrchestrator.RunAsync(catalog, context, input);

    [Function(nameof(RestoreFlow))]
    public Task<JsonElement> RestoreFlow([OrchestrationTrigger] TaskOrchestrationContext context, JsonElement input) =>
        FlowOrchestrator.RunAsync(catalog, context, input);

    [Function(nameof(RestoreRangeFlow))]
    public Task<JsonElement> RestoreRangeFlow([OrchestrationTrigger] TaskOrchestrationContext context, JsonElement input) =>
        FlowOrchestrator.RunAsync(catalog, context, input);

    [Function(nameof(VerifyFlow))]
    public Task<JsonElement> VerifyFlow([OrchestrationTrigger] TaskOrchestrationContext context, JsonElement input) =>
        FlowOrchestrator.RunAsync(catalog, context, input);

    [Function(nameof(VerifyPartFlow))]
    public Task<JsonElement> VerifyPartFlow([OrchestrationTrigger] TaskOrchestrationContext context, JsonElement input) =>
        FlowOrchestrator.RunAsync(catalog, context, input);
}
