using Microsoft.DurableTask.Client;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>Keeps the task hub small: what ended long ago is removed with its history.</summary>
internal static class OldRuns
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static Task PurgeAsync(DurableTaskClient client, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Hosts read both ends of the time without looking whether they are there.
        var ended = new PurgeInstancesFilter(
            CreatedFrom: DateTimeOffset.UnixEpoch,
            CreatedTo: now - Kept,
            Statuses:
            [
                OrchestrationRuntimeStatus.Completed,
                OrchestrationRuntimeStatus.Failed,
                OrchestrationRuntimeStatus.Terminated,
            ]
        );
        return client.PurgeAllInstancesAsync(ended, cancellationToken);
    }
}
