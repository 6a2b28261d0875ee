using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Garbage;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Retention;

/// <summary>
/// A prune that somebody asks for, in parts. Needs no lease and no installation. What a part has done counts, however
/// the flow ends.
/// </summary>
public sealed class PruneFlow : TaskOrchestrator<PruneInput, PruneReport>
{
    public override async Task<PruneReport> RunAsync(TaskOrchestrationContext context, PruneInput input)
    {
        using var cancel = new CancelSignal(context, "The prune was cancelled; the next one goes on.");
        PruneReport report = PruneReport.Nothing;
        bool isDone = false;
        while (!isDone)
        {
            context.ShowStatus(
                new FlowStatus(Phases.Prune, FilesDone: report.DeletedBlobs, BytesDone: report.FreedBytes)
            );
            PrunedPart part = await cancel.UnlessCancelledAsync(
                context.CallActivityAsync<PrunedPart>(
                    nameof(PrunePart),
                    input with
                    {
                        MaxRepack = input.MaxRepack is { } most ? Math.Max(0, most - report.RepackedBytes) : null,
                    },
                    Retries.Storage.Until(cancel.Ended)
                )
            );
            report = report.Then(part.Report);
            isDone = part.IsDone;
        }

        return report;
    }
}
