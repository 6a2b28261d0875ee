using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Runtime;

internal static class StatusExtensions
{
    /// <summary>Shows where the flow is, to whoever asks and to whoever traces it.</summary>
    public static void ShowStatus(this TaskOrchestrationContext context, FlowStatus status)
    {
        WatchedFlow.EnterPhase(status.Phase);
        context.SetCustomStatus(status);
    }
}
