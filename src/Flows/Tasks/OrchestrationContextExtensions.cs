using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tasks;

internal static class OrchestrationContextExtensions
{
    /// <summary>The time of the current turn, the same at every replay.</summary>
    public static DateTimeOffset Now(this TaskOrchestrationContext context) =>
        new(DateTime.SpecifyKind(context.CurrentUtcDateTime, DateTimeKind.Utc));
}
