using AlfrescoBackupFlows.Flows.Mirroring.Activities;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Mirroring;

/// <summary>
/// A mirror to one target of the configuration that somebody asks for, whether its turn has come or not. What a part
/// has copied stays copied, however the flow ends.
/// </summary>
public sealed class MirrorTargetFlow : TaskOrchestrator<MirrorTargetInput, MirrorTargetResult>
{
    public override async Task<MirrorTargetResult> RunAsync(TaskOrchestrationContext context, MirrorTargetInput input)
    {
        using var cancel = new CancelSignal(context, "The mirror was cancelled; the next one goes on.");
        var result = new MirrorTargetResult(0, 0, 0, null);
        bool isDone = false;
        while (!isDone)
        {
            context.ShowStatus(
                new FlowStatus(Phases.Mirror, FilesDone: result.CopiedBlobs, BytesDone: result.CopiedBytes)
            );
            MirroredPart part = await cancel.UnlessCancelledAsync(
                context.CallActivityAsync<MirroredPart>(
                    nameof(MirrorBlobs),
                    new MirrorStep(input.Target) { Url = input.Url },
                    Retries.Storage.Until(cancel.Ended)
                )
            );
            result = new MirrorTargetResult(
                result.CopiedBlobs + part.CopiedBlobs,
                result.CopiedBytes + part.CopiedBytes,
                part.UnfitBlobs,
                part.Head
            );
            isDone = part.IsDone;
        }

        return result;
    }
}
