using System.Text.Json;
using AlfrescoBackupFlows.Flows.Engine;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Functions;

/// <summary>Runs a flow of the catalog as an orchestration. The flow's name is the orchestrator's.</summary>
internal static class FlowOrchestrator
{
    /// <exception cref="CrossingFailure">The flow failed.</exception>
    public static async Task<JsonElement> RunAsync(FlowCatalog catalog, TaskOrchestrationContext context, JsonElement input)
    {
        FlowDefinition flow = catalog.FindFlow(context.Name.Name) ?? throw new InvalidOperationException($"there is no flow {context.Name.Name}");
        using var adapter = new DurableFlowContext(context, catalog);
        try
        {
            return Payload.Parse(await flow.Run(adapter, input.GetRawText()));
        }
        catch (Exception e) when (e is not CrossingFailure)
        {
            throw CrossingFailure.Of(FlowFailure.From(e), e);
        }
        finally
        {
            await EndChildrenAsync(context, adapter);
        }
    }

    /// <summary>A flow that ends leaves no child behind, on any engine.</summary>
    private static async Task EndChildrenAsync(TaskOrchestrationContext context, DurableFlowContext adapter)
    {
        if (adapter.Children.Count == 0)
        {
            return;
        }

        try
        {
            await context.CallActivityAsync(nameof(EndSubFlows), adapter.Children.ToArray());
        }
        catch (TaskFailedException e)
        {
            Logs.ChildrenLeft(context.CreateReplaySafeLogger(nameof(FlowOrchestrator)), context.InstanceId, e.FailureDetails.ErrorMessage);
        }
    }
}
