using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask.Worker;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>What of an activity's exception crosses to the flow that called it.</summary>
internal sealed class FailureProperties : IExceptionPropertiesProvider
{
    public IDictionary<string, object?> GetExceptionProperties(Exception exception) =>
        FlowFailure.From(exception).ToProperties();
}
