using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace AlfrescoBackupFlows.Functions;

/// <summary>The host's own activity: Durable Task lets the children of an orchestration that has ended go on, for hours if need be.</summary>
public sealed class EndSubFlows
{
    private const string Reason = "the flow that started it has ended";

    [Function(nameof(EndSubFlows))]
    public static Task RunAsync([ActivityTrigger] string[] instances, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(instances);
        ArgumentNullException.ThrowIfNull(client);
        return Task.WhenAll(instances.Select(instance => client.TerminateInstanceAsync(instance, Reason, cancellationToken)));
    }
}
